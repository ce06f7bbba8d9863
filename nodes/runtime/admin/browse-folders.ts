import type { NodeAPI } from 'node-red';
import { systemClock } from '../../../src/clock.js';
import { EwsError, toEwsError } from '../../../src/protocol/ews-error.js';
import { isSmtpAddress } from '../../../src/subscriptions/configuration-problem.js';
import type { AccountConnection } from '../../../src/subscriptions/account-link.js';
import { FolderBrowser, type BrowsedFolders } from '../../../src/subscriptions/folder-browser.js';
import { textOf, type RawConfig } from '../config-values.js';
import { Texts } from '../texts.js';
import type { AccountParts, ReadAccount } from './account-parts.js';
import { errorWords } from './error-words.js';
import { adminRoute, answerJson, AdminRefusal, type AdminQuestion } from './admin-route.js';
import { askedAccount, type AskedAccount } from './asked-account.js';
import { withVariables } from './environment.js';
import { ACCOUNT_PERMISSIONS } from './test-connection.js';

/** Bounds on one request and on the whole, in milliseconds. */
const REQUEST_MS = 20_000;
const WHOLE_MS = 60_000;
/** An id is some hundred characters, a search a word or two. */
const MAX_ID = 1024;
const MAX_SEARCH = 200;

/** `POST /ews-account/folders`: the folders at the top of a mailbox, in a folder, or found by name. */
export function answerBrowseFolders(red: NodeAPI, read: ReadAccount): void {
  const texts = new Texts(red);

  adminRoute(red, '/ews-account/folders', ACCOUNT_PERMISSIONS, async (question, response) => {
    const asked = askedAccount(red, question, read);
    try {
      answerJson(response, await browse(asked, question));
    } catch (thrown) {
      const error = toEwsError(thrown);
      if (error.code === 'EWS_INTERNAL') throw thrown;
      answerJson(response, { text: errorWords(texts, error) });
    }
  });

  async function browse(asked: AskedAccount, { body, gone }: AdminQuestion): Promise<BrowsedFolders> {
    const { parts } = asked;
    if (typeof parts === 'string') throw new EwsError('EWS_CONFIGURATION', texts.problem(parts));
    const { mailbox = '' } = withVariables(red, { mailbox: textOf(body, 'mailbox') }, textOf(body, 'node')) as {
      mailbox?: string;
    };
    if (mailbox !== '' && !isSmtpAddress(mailbox)) {
      throw new EwsError('EWS_CONFIGURATION', texts.problem('bad-mailbox'));
    }
    const access = body.access === 'impersonate' ? 'impersonate' : 'delegate';
    if (access === 'impersonate' && mailbox === '' && parts.email === '') {
      throw new EwsError('EWS_CONFIGURATION', texts.problem('impersonate-nobody'));
    }
    const late = new AbortController();
    const timer = systemClock.setTimer(() => {
      late.abort();
    }, WHOLE_MS);
    try {
      const signal = AbortSignal.any([gone, late.signal]);
      return await withConnection(asked, parts, mailbox, ({ client }) =>
        ask(new FolderBrowser({ client, email: parts.email, mailbox, access, signal }), body),
      );
    } catch (thrown) {
      if (!late.signal.aborted) throw thrown;
      throw new EwsError('EWS_TIMEOUT', 'The server takes too long to tell its folders.');
    } finally {
      systemClock.clearTimer(timer);
    }
  }
}

/** The connections of the deployed account, where that is what is asked about; else one that lives as long as the question. */
async function withConnection<T>(
  { same }: AskedAccount,
  parts: AccountParts,
  mailbox: string,
  use: (connection: AccountConnection) => Promise<T>,
): Promise<T> {
  if (same?.account) return use(await same.account.connect(mailbox));
  const connection = await parts.connect({ timeoutMs: Math.min(parts.timeoutMs, REQUEST_MS) });
  try {
    return await use(connection);
  } finally {
    await connection.client.close();
  }
}

function ask(browser: FolderBrowser, body: RawConfig): Promise<BrowsedFolders> {
  const parent = textOf(body, 'parent');
  const search = textOf(body, 'search');
  const offset = typeof body.offset === 'number' ? body.offset : 0;
  const isPlace = Number.isInteger(offset) && offset >= 0;
  if (!isPlace || parent.length > MAX_ID || search.length > MAX_SEARCH) throw new AdminRefusal(400, 'not-json');
  if (search !== '') return browser.search(search);
  return parent === '' ? browser.top(offset) : browser.below(parent, offset);
}
