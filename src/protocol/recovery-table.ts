import type { OperationName } from './operation.js';

/**
 * What an error asks for. Every engine obeys these; none looks at a response code itself.
 *
 * - `resubscribe`: the subscription is gone; subscribe again from the last watermark (streaming: then catch up)
 * - `resubscribe-and-catch-up`: events are known to be missing; subscribe again, then catch up
 * - `forget-watermark`: the server refuses the watermark itself; subscribe without one, then catch up by time
 * - `wait`: the server is busy; wait as long as it says, else back off
 * - `fewer-connections`: too many connections at once; use fewer from now on and back off
 * - `fewer-subscriptions`: end stale subscriptions of ours, back off for long, say which limit was hit
 * - `retry`: passing trouble; back off with jitter, without end
 * - `relocate`: the mailbox is elsewhere; look up its server again, drop the affinity cookie, subscribe again
 * - `stop-target`: this mailbox or folder only; say so, look again hourly
 * - `stop`: nothing but a change by a person helps; stop and say what to change
 * - `authenticate`: the server refuses the credentials; never worked: stop, has worked: again after 30 minutes, then hourly
 */
export type RecoveryAction =
  | 'resubscribe'
  | 'resubscribe-and-catch-up'
  | 'forget-watermark'
  | 'wait'
  | 'fewer-connections'
  | 'fewer-subscriptions'
  | 'retry'
  | 'relocate'
  | 'stop-target'
  | 'stop'
  | 'authenticate';

/** One row: these codes, from these operations (any, when left out), ask for this. */
export interface RecoveryRow {
  readonly codes: readonly string[];
  readonly operations?: readonly OperationName[];
  readonly action: RecoveryAction;
}

/** What a code that stands in no row asks for: it may pass, and giving up would lose events. */
export const DEFAULT_ACTION: RecoveryAction = 'retry';

/**
 * The recovery policy, first match wins. The codes are those of `ResponseCodeType` in the EWS schema,
 * of the pages "Handling notification-related errors in EWS in Exchange" and "ResponseCode",
 * and this package's own, which begin with `EWS_`.
 */
export const RECOVERY_TABLE: readonly RecoveryRow[] = [
  {
    // Subscription ids are used again after a server restart, so an id of ours may by now be somebody else's. What a
    // server tells of a push subscription ends it; whether access is denied for good, Subscribe will say.
    codes: ['ErrorAccessDenied', 'ErrorSubscriptionAccessDenied'],
    operations: ['GetEvents', 'GetStreamingEvents', 'SendNotification', 'Unsubscribe'],
    action: 'resubscribe',
  },
  { codes: ['ErrorAccessDenied', 'ErrorSubscriptionAccessDenied'], action: 'stop' },
  {
    codes: [
      'ErrorSubscriptionNotFound',
      'ErrorInvalidSubscription',
      'ErrorExpiredSubscription',
      'ErrorSubscriptionUnsubscribed',
      'ErrorSubscriptionUnsubsribed', // as the documentation spells it
      'ErrorReadEventsFailed',
      'ErrorProxiedSubscriptionCallFailure',
      // Another reader took the stream; an engine sees to it that two do not take turns for ever.
      'ErrorNewEventStreamConnectionOpened',
      'EWS_STREAM_TAKEN_OVER',
      'EWS_PUSH_SILENT',
      'EWS_PUSH_BROKEN',
      // One that was on a stream with others which somebody took.
      'EWS_STREAM_IN_DOUBT',
      // Servers that count their ids anew after a restart: an old one may by now mean another subscription.
      'EWS_ID_NOT_TRUSTED',
      // What was made at the server of before is of no use at the new one.
      'EWS_SERVER_CHANGED',
      // A folder that was missing is there.
      'EWS_FOLDER_CAME_BACK',
    ],
    action: 'resubscribe',
  },
  { codes: ['ErrorInvalidWatermark', 'ErrorEventNotFound'], operations: ['Subscribe'], action: 'forget-watermark' },
  { codes: ['ErrorInvalidWatermark', 'ErrorEventNotFound'], action: 'resubscribe' },
  { codes: ['ErrorMissedNotificationEvents'], action: 'resubscribe-and-catch-up' },
  // A server that never calls may be one that cannot: that is said at once.
  { codes: ['ErrorServerBusy', 'EWS_THROTTLED', 'EWS_PUSH_UNHEARD'], action: 'wait' },
  { codes: ['ErrorExceededConnectionCount'], action: 'fewer-connections' },
  { codes: ['ErrorExceededSubscriptionCount'], action: 'fewer-subscriptions' },
  {
    codes: [
      'ErrorMailboxStoreUnavailable',
      'ErrorMailboxMoveInProgress',
      'ErrorMailboxFailover',
      'ErrorMailboxLogonFailed',
      'ErrorConnectionFailed',
      'ErrorInternalServerTransientError',
      'ErrorInternalServerError',
      'ErrorInsufficientResources',
      'ErrorNotEnoughMemory',
      'ErrorTimeoutExpired',
      'ErrorTooManyObjectsOpened',
      'ErrorADUnavailable',
      'ErrorADOperation',
      'ErrorClientDisconnected',
      'ErrorImpersonationFailed',
      'EWS_NETWORK',
      'EWS_TIMEOUT',
      'EWS_CERTIFICATE',
      'EWS_PROXY',
      // Whoever fetches tickets may be late.
      'EWS_NO_TICKET',
      'EWS_TOKEN_ENDPOINT',
      'EWS_AUTODISCOVER',
      'EWS_HTTP',
      'EWS_MALFORMED',
      'EWS_TOO_LARGE',
      'EWS_SOAP_FAULT',
      'EWS_STREAM_SILENT',
      'EWS_STREAM_HELD_BACK',
    ],
    action: 'retry',
  },
  {
    codes: [
      'ErrorProxyRequestNotAllowed',
      'ErrorCrossSiteRequest',
      'ErrorNoRespondingCASInDestinationSite',
      'ErrorNoDestinationCASDueToKerberosRequirements',
      'ErrorNoDestinationCASDueToSSLRequirements',
      'ErrorNoDestinationCASDueToVersionMismatch',
    ],
    action: 'relocate',
  },
  // An item that is gone says nothing of its folder: see isItemGone.
  { codes: ['ErrorItemNotFound'], operations: ['GetItem', 'GetAttachment'], action: 'retry' },
  { codes: ['ErrorNonExistentMailbox', 'ErrorFolderNotFound', 'ErrorItemNotFound'], action: 'stop-target' },
  {
    codes: [
      'ErrorImpersonateUserDenied',
      'ErrorImpersonationDenied',
      'ErrorSubscriptionDelegateAccessNotSupported',
      'ErrorAccountDisabled',
      'ErrorPasswordExpired',
      'ErrorPasswordChangeRequired',
      'ErrorInvalidPushSubscriptionUrl',
      'ErrorInvalidSubscriptionRequest',
      'ErrorInvalidPullSubscriptionId',
      'ErrorInvalidIdMalformed',
      'ErrorInvalidServerVersion',
      'ErrorIncorrectSchemaVersion',
      'ErrorInvalidExchangeImpersonationHeaderData',
      'ErrorSchemaValidation',
      'EWS_FORBIDDEN',
      'EWS_CONFIGURATION',
      'EWS_HOST_NOT_CONFIRMED',
      'EWS_INVALID_REQUEST',
      'EWS_ADOPTED',
      'EWS_STREAM_CONTESTED',
    ],
    action: 'stop',
  },
  {
    codes: ['EWS_UNAUTHORIZED', 'EWS_TOKEN_REFUSED', 'EWS_SCHEME_NOT_OFFERED', 'EWS_PROXY_UNAUTHORIZED'],
    action: 'authenticate',
  },
];

/** What `code`, answered to `operation`, asks for; {@link DEFAULT_ACTION} for a code in no row. */
export function recoveryFor(code: string, operation?: OperationName): RecoveryAction {
  const row = RECOVERY_TABLE.find(
    ({ codes, operations }) =>
      codes.includes(code) && (operations === undefined || (operation !== undefined && operations.includes(operation))),
  );
  return row?.action ?? DEFAULT_ACTION;
}
