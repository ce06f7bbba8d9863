import { EwsError } from './ews-error.js';

/** `value` unless it is empty, which the schema's NonEmptyStringType forbids; then `EWS_INVALID_REQUEST` with a sentence. */
export function nonEmpty(what: string, value: string): string {
  if (value === '') throw new EwsError('EWS_INVALID_REQUEST', `${what} is empty.`);
  return value;
}
