import { EwsError } from '../protocol/ews-error.js';

/** The server has not called for so long (`ms`). @param once whether it ever did  @param base where it was told to call */
export function unheard(ms: number, once: boolean, base: string): EwsError {
  const minutes = Math.round(ms / 60_000);
  if (once)
    return new EwsError(
      'EWS_PUSH_SILENT',
      `The server has not called for ${minutes} minutes, not even with a heartbeat.`,
    );
  return new EwsError(
    'EWS_PUSH_UNHEARD',
    `The server accepted the subscription, but has not called ${new URL(base).origin} within ${minutes} minutes.`,
  );
}

export function notJoined(): EwsError {
  return new EwsError(
    'EWS_PUSH_BROKEN',
    'A notification does not follow the one before: some between them are missing.',
  );
}

/** Somebody wants another subscription in its place. */
export function madeAnew(): EwsError {
  return new EwsError('EWS_PUSH_SILENT', 'The subscription is made anew, as somebody asked for that.');
}
