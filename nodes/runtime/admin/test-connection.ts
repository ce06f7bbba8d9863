import type { NodeAPI } from 'node-red';
import { systemClock } from '../../../src/clock.js';
import { EwsError, toEwsError } from '../../../src/protocol/ews-error.js';
import { checkAccount, type CheckResult } from '../../../src/subscriptions/account-check.js';
import { textOf } from '../config-values.js';
import { Texts } from '../texts.js';
import type { AccountParts, ReadAccount } from './account-parts.js';
import { errorWords } from './error-words.js';
import { adminRoute, type AdminQuestion } from './admin-route.js';
import { askedAccount } from './asked-account.js';

/** Bounds on one step and on all together, in milliseconds: somebody sits and waits. */
const STEP_MS = 20_000;
const WHOLE_MS = 90_000;
/** What is asked for here is small. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Variables are looked up as for a node that is deployed, so it takes the right to deploy as well. */
export const ACCOUNT_PERMISSIONS = ['ews-account.write', 'flows.write'] as const;

/**
 * `POST /ews-account/test`: the account as it stands in the dialog is tried, and each step told in a line of JSON as soon
 * as it is over.
 */
export function answerTestConnection(red: NodeAPI, read: ReadAccount): void {
  const texts = new Texts(red);

  adminRoute(red, '/ews-account/test', ACCOUNT_PERMISSIONS, async (question, response) => {
    const { config, parts } = askedAccount(red, question, read);
    // Told by lines, so that nothing on the way waits for the end of the answer.
    const type = 'application/x-ndjson; charset=utf-8';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const tell = (line: object) => response.write(`${JSON.stringify(line)}\n`);
    if (typeof parts === 'string') tell({ step: 'configuration', state: 'failed', text: texts.problem(parts), ms: 0 });
    else for await (const result of check(parts, question)) tell(shown(result, textOf(config, 'auth')));
    response.end();
  });

  function shown({ step, state, ms, found, values, error }: CheckResult, auth: string): object {
    if (!error) return { step, state, ms, found, values };
    // A ticket is nothing that gets locked.
    const isTry = error.code === 'EWS_UNAUTHORIZED' && auth !== 'negotiate';
    return { step, state, ms, text: errorWords(texts, error), ...(isTry ? { countsAsTry: true } : {}) };
  }
}

async function* check(parts: AccountParts, { gone }: AdminQuestion): AsyncGenerator<CheckResult> {
  const timeoutMs = Math.min(parts.timeoutMs, STEP_MS);
  const deadline = new AbortController();
  const timer = systemClock.setTimer(() => {
    deadline.abort();
  }, WHOLE_MS);
  try {
    const connection = await parts.connect({ timeoutMs, maxResponseBytes: MAX_RESPONSE_BYTES });
    try {
      const { email, version } = parts;
      const steps = checkAccount({ connection, email, version, clock: systemClock, signal: deadline.signal, gone });
      for await (const result of steps) {
        yield result;
        if (gone.aborted) return;
      }
    } finally {
      await connection.client.close();
    }
  } catch (thrown) {
    const error = toEwsError(thrown);
    yield { step: 'name', state: 'failed', ms: 0, error: new EwsError(error.code, error.message) };
  } finally {
    systemClock.clearTimer(timer);
  }
}
