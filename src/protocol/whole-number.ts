import { EwsError } from './ews-error.js';

/** `value` when it is a whole number in a range of the schema; else `EWS_INVALID_REQUEST` with a sentence. */
export function wholeNumberIn(range: { min: number; max: number; unit: string }, what: string, value: number): number {
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new EwsError(
    'EWS_INVALID_REQUEST',
    `${what} must be a whole number of ${range.unit} from ${range.min} to ${range.max}, not ${value}.`,
  );
}
