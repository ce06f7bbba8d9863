/** Exchange's own words for the codes that the sandbox answers with. */
const MESSAGES: Readonly<Record<string, string>> = {
  ErrorAccessDenied: 'Access is denied. Check credentials and try again.',
  ErrorExceededConnectionCount:
    'You have exceeded the available concurrent connections for your account.  Try again once your other requests have completed.',
  ErrorExceededSubscriptionCount:
    'You have exceeded the available subscriptions for your account.  Remove unnecessary subscriptions and try your request again.',
  ErrorExpiredSubscription: 'The specified subscription has expired.',
  ErrorFolderNotFound: 'The specified folder could not be found in the store.',
  ErrorImpersonateUserDenied: 'The account does not have permission to impersonate the requested user.',
  ErrorInternalServerError: 'An internal server error occurred. The operation failed.',
  ErrorInternalServerTransientError: 'An internal server error occurred. Try again later.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorInvalidAttachmentId: 'The specified attachment Id is invalid.',
  ErrorInvalidPropertyRequest: 'Property is not valid for this object type.',
  ErrorInvalidPropertySet: 'The specified set of properties is not valid.',
  ErrorInvalidPullSubscriptionId: 'The subscription id is not for a pull subscription.',
  ErrorInvalidPushSubscriptionUrl: 'The push subscription URL is invalid.',
  ErrorInvalidRequest: 'The request is invalid.',
  ErrorInvalidServerVersion: 'The specified server version is invalid.',
  ErrorInvalidSubscription: 'The subscription is invalid.',
  ErrorInvalidSubscriptionRequest: 'All folders of a subscription must be in the same mailbox.',
  ErrorInvalidWatermark: 'The watermark used for creating this subscription was not found.',
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorMailboxMoveInProgress: 'The mailbox is being moved. Try again later.',
  ErrorNewEventStreamConnectionOpened:
    'A new event stream connection was opened for this subscription, so this connection is closed.',
  ErrorNonExistentMailbox: 'The SMTP address has no mailbox associated with it.',
  ErrorReadEventsFailed: 'The events could not be read.',
  ErrorSchemaValidation: 'The request failed schema validation.',
  ErrorServerBusy: 'The server cannot service this request right now. Try again later.',
  ErrorSubscriptionAccessDenied: 'Access is denied. Only the account that made a subscription may use it.',
  ErrorSubscriptionNotFound: 'The specified subscription was not found.',
  ErrorSubscriptionUnsubscribed: 'The subscription was unsubscribed while its events were being read.',
};

/** The text that goes with a response code. */
export function messageText(code: string): string {
  return MESSAGES[code] ?? `The request was answered with ${code}.`;
}

/** A request that is answered with a response code, in a response message of class Error. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';

  /**
   * @param code an EWS ResponseCode
   * @param values the `Value` elements of MessageXml, by name
   */
  constructor(
    readonly code: string,
    text: string = messageText(code),
    readonly values: Readonly<Record<string, string>> = {},
  ) {
    super(text);
  }
}

/** A request that is answered with a SOAP Fault, because it is wrong as a whole. */
export class FaultError extends Error {
  override readonly name = 'FaultError';

  /**
   * @param code an EWS ResponseCode
   * @param text the sentence of the fault
   * @param values the `Value` elements of MessageXml, by name
   */
  constructor(
    readonly code: string,
    text: string = messageText(code),
    readonly values: Readonly<Record<string, string>> = {},
  ) {
    super(text);
  }
}
