import { EwsError } from '../protocol/ews-error.js';

/**
 * Why a subscription is made anew where the server may have restarted. Servers without watermarks (grommunio) count their
 * ids from 1 again: the old one may by now mean another subscription of the same user, and reading that would take its
 * events away.
 */
export function idNotTrusted(): EwsError {
  return new EwsError('EWS_ID_NOT_TRUSTED', 'The server may have restarted, so its subscriptions are made anew.');
}
