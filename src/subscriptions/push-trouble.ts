import { EwsError } from '../protocol/ews-error.js';

/** The subscription was made, and the server has not called once. @param origin where it was told to call, for people */
export function notCalled(minutes: number, origin: string): EwsError {
  return new EwsError(
    'EWS_PUSH_UNHEARD',
    `The server accepted the subscription, but has not called ${origin} within ${minutes} minutes.`,
  );
}

export function silent(minutes: number): EwsError {
  return new EwsError(
    'EWS_PUSH_SILENT',
    `The server has not called for ${minutes} minutes, not even with a heartbeat.`,
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
