import assert from 'node:assert/strict';
import type { OperationName } from '../../dist/src/protocol/operation.js';
import {
  DEFAULT_ACTION,
  RECOVERY_TABLE,
  recoveryFor,
  type RecoveryAction,
} from '../../dist/src/protocol/recovery-table.js';

const OPERATIONS: readonly OperationName[] = [
  'Subscribe',
  'GetEvents',
  'GetStreamingEvents',
  'Unsubscribe',
  'SendNotification',
  'GetFolder',
  'FindFolder',
  'FindItem',
  'GetItem',
];

/** What each error asks for, whatever was asked, in the order of the documentation that the policy follows. */
const ALWAYS: Readonly<Record<string, RecoveryAction>> = {
  ErrorSubscriptionNotFound: 'resubscribe',
  ErrorInvalidSubscription: 'resubscribe',
  ErrorExpiredSubscription: 'resubscribe',
  ErrorSubscriptionUnsubscribed: 'resubscribe',
  ErrorSubscriptionUnsubsribed: 'resubscribe',
  ErrorReadEventsFailed: 'resubscribe',
  ErrorProxiedSubscriptionCallFailure: 'resubscribe',
  ErrorNewEventStreamConnectionOpened: 'resubscribe',
  ErrorMissedNotificationEvents: 'resubscribe-and-catch-up',
  ErrorServerBusy: 'wait',
  EWS_THROTTLED: 'wait',
  ErrorExceededConnectionCount: 'fewer-connections',
  ErrorExceededSubscriptionCount: 'fewer-subscriptions',
  ErrorMailboxStoreUnavailable: 'retry',
  ErrorMailboxMoveInProgress: 'retry',
  ErrorMailboxFailover: 'retry',
  ErrorMailboxLogonFailed: 'retry',
  ErrorConnectionFailed: 'retry',
  ErrorInternalServerTransientError: 'retry',
  ErrorInternalServerError: 'retry',
  ErrorInsufficientResources: 'retry',
  ErrorNotEnoughMemory: 'retry',
  ErrorTimeoutExpired: 'retry',
  ErrorTooManyObjectsOpened: 'retry',
  ErrorADUnavailable: 'retry',
  ErrorADOperation: 'retry',
  ErrorClientDisconnected: 'retry',
  ErrorImpersonationFailed: 'retry',
  EWS_NETWORK: 'retry',
  EWS_HTTP: 'retry',
  ErrorProxyRequestNotAllowed: 'relocate',
  ErrorCrossSiteRequest: 'relocate',
  ErrorNoRespondingCASInDestinationSite: 'relocate',
  ErrorNoDestinationCASDueToKerberosRequirements: 'relocate',
  ErrorNoDestinationCASDueToSSLRequirements: 'relocate',
  ErrorNoDestinationCASDueToVersionMismatch: 'relocate',
  ErrorNonExistentMailbox: 'stop-target',
  ErrorFolderNotFound: 'stop-target',
  ErrorImpersonateUserDenied: 'stop',
  ErrorImpersonationDenied: 'stop',
  ErrorSubscriptionDelegateAccessNotSupported: 'stop',
  ErrorAccountDisabled: 'stop',
  ErrorPasswordExpired: 'stop',
  ErrorPasswordChangeRequired: 'stop',
  ErrorInvalidPushSubscriptionUrl: 'stop',
  ErrorInvalidSubscriptionRequest: 'stop',
  ErrorInvalidPullSubscriptionId: 'stop',
  ErrorInvalidIdMalformed: 'stop',
  ErrorInvalidServerVersion: 'stop',
  ErrorIncorrectSchemaVersion: 'stop',
  ErrorInvalidExchangeImpersonationHeaderData: 'stop',
  ErrorSchemaValidation: 'stop',
  EWS_FORBIDDEN: 'stop',
  EWS_UNAUTHORIZED: 'authenticate',
};

/** What depends on the operation. */
const BY_OPERATION: Readonly<Record<string, Partial<Record<OperationName, RecoveryAction>>>> = {
  ErrorAccessDenied: {
    Subscribe: 'stop',
    GetFolder: 'stop',
    GetEvents: 'resubscribe',
    GetStreamingEvents: 'resubscribe',
    Unsubscribe: 'resubscribe',
  },
  ErrorSubscriptionAccessDenied: {
    Subscribe: 'stop',
    GetFolder: 'stop',
    GetEvents: 'resubscribe',
    GetStreamingEvents: 'resubscribe',
    Unsubscribe: 'resubscribe',
  },
  ErrorInvalidWatermark: { Subscribe: 'forget-watermark', GetEvents: 'resubscribe', SendNotification: 'resubscribe' },
  ErrorEventNotFound: { Subscribe: 'forget-watermark', GetEvents: 'resubscribe', SendNotification: 'resubscribe' },
  ErrorItemNotFound: {
    Subscribe: 'stop-target',
    GetFolder: 'stop-target',
    FindFolder: 'stop-target',
    FindItem: 'stop-target',
    GetItem: 'retry',
  },
};

describe('the recovery table', () => {
  it('says what each code asks for', () => {
    for (const [code, action] of Object.entries(ALWAYS)) {
      for (const operation of [undefined, ...OPERATIONS]) {
        assert.equal(recoveryFor(code, operation), action, `${code} on ${operation ?? 'anything'}`);
      }
    }
  });

  it('says what depends on the operation', () => {
    for (const [code, actions] of Object.entries(BY_OPERATION)) {
      for (const [operation, action] of Object.entries(actions)) {
        assert.equal(recoveryFor(code, operation as OperationName), action, `${code} on ${operation}`);
      }
    }
  });

  it('carries on, backing off, after a code that it does not know', () => {
    assert.equal(DEFAULT_ACTION, 'retry');
    for (const code of ['ErrorOfTheYearAfterNext', '', 'constructor']) assert.equal(recoveryFor(code), DEFAULT_ACTION);
  });

  it('has no code twice for the same operation, and none that is out of reach', () => {
    const seen = new Set<string>();
    for (const { codes, operations } of RECOVERY_TABLE) {
      for (const code of codes) {
        assert.ok(!seen.has(code), `${code} has a row for every operation before this one`);
        if (operations === undefined) seen.add(code);
      }
    }
  });

  it('names its own codes with EWS_, and the others as EWS does', () => {
    for (const code of RECOVERY_TABLE.flatMap(({ codes }) => codes))
      assert.match(code, /^(?:EWS_[A-Z_]+|Error[A-Za-z]+)$/);
  });
});
