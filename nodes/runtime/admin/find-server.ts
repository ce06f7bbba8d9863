import type { NodeAPI } from 'node-red';
import { systemClock } from '../../../src/clock.js';
import { EwsError } from '../../../src/protocol/ews-error.js';
import { isSmtpAddress } from '../../../src/subscriptions/configuration-problem.js';
import type { Discovery } from '../../../src/transport/autodiscover/discovery.js';
import type { Credentials } from '../../../src/transport/credentials.js';
import { readCredentials } from '../account-credentials.js';
import { textOf, type RawConfig } from '../config-values.js';
import { proxySettings } from '../proxy.js';
import { tlsOptions } from '../read-account.js';
import { confirmedHostsOf, searchServer } from '../search-server.js';
import { Texts } from '../texts.js';
import { adminRoute, type AdminQuestion } from './admin-route.js';
import { askedFinding } from './asked-account.js';
import { errorWords } from './error-words.js';
import { ACCOUNT_PERMISSIONS } from './test-connection.js';

/** Bounds on one question and on the whole search, in milliseconds: somebody sits and waits. */
const QUESTION_MS = 10_000;
const WHOLE_MS = 120_000;

/** How the search ends, as the last line tells it. */
interface Conclusion {
  readonly done: true;
  /** Where EWS is. */
  readonly url?: string;
  /** Hosts that somebody has to confirm. */
  readonly unconfirmed?: readonly string[];
  /** Why it was not searched, or why the search was broken off. */
  readonly text?: string;
  /** Whether there was nothing to sign in with. */
  readonly anonymous?: boolean;
}

/**
 * `POST /ews-account/find`: looks for the server by the e-mail address that stands in the dialog, and tells each step in
 * a line of JSON as soon as it is over. A stored password goes with it only if the deployed account finds its server by
 * the same address, with the same confirmed hosts; else nobody is told who is calling.
 */
export function answerFindServer(red: NodeAPI): void {
  const texts = new Texts(red);

  adminRoute(red, '/ews-account/find', ACCOUNT_PERMISSIONS, async (question, response) => {
    const { config, credentials: secrets } = askedFinding(red, question);
    const signIn = readCredentials(config, secrets);
    const credentials = 'credentials' in signIn ? signIn.credentials : undefined;
    const type = 'application/x-ndjson; charset=utf-8';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const tell = (line: object) => response.write(`${JSON.stringify(line)}\n`);
    tell(await conclusion(config, addressOf(config, secrets), credentials, question, tell));
    response.end();
  });

  async function conclusion(
    config: RawConfig,
    email: string,
    credentials: Credentials | undefined,
    { gone }: AdminQuestion,
    onStep: (step: object) => void,
  ): Promise<Conclusion> {
    if (!isSmtpAddress(email)) return { done: true, text: texts.problem(email === '' ? 'no-email' : 'bad-mailbox') };
    const late = AbortSignal.timeout(WHOLE_MS);
    try {
      const discovery = await searchServer({
        ...{ email, credentials, confirmedHosts: confirmedHostsOf(config), timeoutMs: QUESTION_MS, clock: systemClock },
        way: { tls: tlsOptions(red, textOf(config, 'tls')), proxies: proxySettings(red, textOf(config, 'proxy')) },
        signal: AbortSignal.any([gone, late]),
        onStep,
      });
      return { ...concluded(discovery), ...(credentials ? {} : { anonymous: true }) };
    } catch (thrown) {
      if (!(thrown instanceof EwsError)) throw thrown;
      return { done: true, text: errorWords(texts, thrown) };
    }
  }

  function concluded({ found, unconfirmed, refusal }: Discovery): Conclusion {
    return {
      done: true,
      ...(found ? { url: found.url } : {}),
      ...(unconfirmed.length > 0 ? { unconfirmed } : {}),
      ...(refusal ? { text: errorWords(texts, refusal) } : {}),
    };
  }
}

/** As the account itself finds its address (nodes/runtime/read-account.ts). */
function addressOf(config: RawConfig, secrets: RawConfig): string {
  const byName = !['oauth2', 'bearer'].includes(textOf(config, 'auth'));
  const username = byName ? textOf(secrets, 'username') : '';
  return textOf(config, 'email') || (isSmtpAddress(username) ? username : '');
}
