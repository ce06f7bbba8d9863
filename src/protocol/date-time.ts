import { EwsError } from './ews-error.js';

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** `value` when it is a time with a zone (xs:dateTime), as servers write it; else `EWS_INVALID_REQUEST`. */
export function dateTime(what: string, value: string): string {
  if (DATE_TIME.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new EwsError('EWS_INVALID_REQUEST', `${what} must be a time such as 2026-01-31T12:00:00Z, not "${value}".`);
}
