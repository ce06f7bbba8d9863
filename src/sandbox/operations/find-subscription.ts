import { sameAddress } from '../model/account.js';
import { FaultError, ResponseError } from '../soap/response-error.js';
import type { Subscription } from '../notifications/subscription.js';
import type { RequestContext } from './operation.js';

/** The subscription of that id. Throws a `ResponseError` when it is gone, on another server, or somebody else's. */
export function findSubscription(id: string, context: RequestContext): Subscription {
  const { exchange, backEnd } = context;
  const { unknown, expired, notYours, idForm } = exchange.character.subscriptionErrors;
  if (idForm && !idForm.test(id)) throw new FaultError('ErrorInvalidSubscription');
  const subscription = exchange.subscriptions.find(id);
  if (subscription === 'expired') throw new ResponseError(...expired);
  if (!subscription || subscription.backEnd !== backEnd) throw new ResponseError(...unknown);
  if (!sameAddress(subscription.owner, ownerOf(context))) throw new ResponseError(...notYours);
  return subscription;
}

/** The account that a subscription made by this request belongs to. */
export function ownerOf({ exchange, caller, actsAs }: RequestContext): string {
  return (exchange.character.impersonatedOwns ? actsAs : caller).address;
}

/** Throws a `ResponseError` when the rights for what it reads were taken away, or the mailbox is being moved. */
export function checkReadable(subscription: Subscription, { exchange }: RequestContext): void {
  if (!exchange.mayRead(subscription)) throw new ResponseError('ErrorAccessDenied');
  if (subscription.mailbox.isMoving) throw new ResponseError('ErrorMailboxMoveInProgress');
}
