import type { OperationName } from './operation.js';
import { recoveryFor, type RecoveryAction } from './recovery-table.js';

export interface EwsErrorDetails {
  readonly operation?: OperationName;
  /** How long the server asks to be left alone, in milliseconds (`BackOffMilliseconds`, `Retry-After`). */
  readonly backOffMs?: number;
  /** The HTTP status that carried the error. */
  readonly httpStatus?: number;
  /** The `Value` elements of `MessageXml`, by name. */
  readonly values?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * The one error class of this package.
 *
 * `code` is an EWS ResponseCode (`ErrorServerBusy`) or a code of this package, which begins with `EWS_`;
 * `action` is what the recovery table asks for; `message` is a sentence for the author of a flow.
 * None of its fields ever holds a password, a token or a cookie.
 */
export class EwsError extends Error {
  override readonly name = 'EwsError';
  readonly code: string;
  readonly action: RecoveryAction;
  readonly operation: OperationName | undefined;
  readonly backOffMs: number | undefined;
  readonly httpStatus: number | undefined;
  readonly values: Readonly<Record<string, string>>;

  constructor(code: string, message: string, details: EwsErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.operation = details.operation;
    this.action = recoveryFor(code, details.operation);
    this.backOffMs = details.backOffMs;
    this.httpStatus = details.httpStatus;
    this.values = details.values ?? {};
  }
}

/** An `EwsError` for whatever was thrown: errors that are none of ours become `EWS_INTERNAL`. */
export function toEwsError(thrown: unknown, operation?: OperationName): EwsError {
  if (thrown instanceof EwsError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new EwsError('EWS_INTERNAL', `Something unexpected went wrong: ${message}`, { cause: thrown, operation });
}
