import type { EwsError } from '../../../src/protocol/ews-error.js';
import type { Texts } from '../texts.js';

/** What an answer that makes no sense asks for is the same, whoever asked. */
const ALWAYS = ['EWS_MALFORMED', 'EWS_TOO_LARGE'];

/** What went wrong, for somebody who asked in the editor; without what a node that runs would do about it by itself. */
export function errorWords(texts: Texts, error: EwsError): string {
  const isForPeople = error.action === 'stop' || error.action === 'authenticate' || ALWAYS.includes(error.code);
  return isForPeople ? texts.error(error).message : error.message;
}
