import { isEventType, type EventType } from '../../protocol/event-type.js';
import type { XmlElement } from '../../protocol/xml-element.js';
import { textElement } from '../../protocol/xml-writer.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import { ResponseError } from '../soap/response-error.js';
import { success } from '../soap/response.js';
import { readPushTarget } from '../notifications/push-target.js';
import { Subscription, type Delivery, type Scope } from '../notifications/subscription.js';
import { MINUTE } from '../units.js';
import { ownerOf } from './find-subscription.js';
import { openFolder, openMailbox } from './folder-ids.js';
import type { RequestContext, SandboxOperation } from './operation.js';
import { subscribeContent } from './subscribe-schema.js';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/subscribe-operation */
export const subscribeOperation: SandboxOperation = {
  name: 'Subscribe',
  schema: subscribeContent,
  async handle(request, context) {
    const { exchange, actsAs, backEnd } = context;
    const { subscriptions, limits, clock } = exchange;
    const [wanted] = request.children as [XmlElement];
    const delivery = deliveryOf(wanted);
    const pushTarget = delivery === 'push' ? readPushTarget(wanted) : undefined;
    const scope = readScope(wanted, context);
    const position = startOf(wanted, scope.mailbox, context);
    if (!subscriptions.hasRoom(actsAs.address, limits.subscriptionsPerMailbox)) {
      throw new ResponseError('ErrorExceededSubscriptionCount');
    }
    const subscription = new Subscription({
      id: newId(delivery, scope.mailbox, context),
      delivery,
      scope,
      owner: ownerOf(context),
      charged: actsAs.address,
      lifetime: lifetimeOf(wanted, context),
      backEnd,
      position,
      now: clock.now(),
    });
    subscriptions.add(subscription);
    if (pushTarget) await exchange.pushes.start(subscription, pushTarget);
    return [success(textElement('m:SubscriptionId', subscription.id) + writeStart(subscription, context))];
  },
};

function deliveryOf(wanted: XmlElement): Delivery {
  if (wanted.name.startsWith('Pull')) return 'pull';
  return wanted.name.startsWith('Push') ? 'push' : 'streaming';
}

function readScope(wanted: XmlElement, context: RequestContext): Scope {
  const { actsAs, exchange } = context;
  const types = new Set(wanted.child('EventTypes')?.children.map(({ text }) => eventTypeOf(text)));
  const all = /^\s*(true|1)\s*$/.test(wanted.attributes.SubscribeToAllFolders ?? '');
  const named = wanted.child('FolderIds')?.children ?? [];
  if (all === named.length > 0) throw new ResponseError('ErrorInvalidSubscriptionRequest');
  if (all) {
    openMailbox(actsAs.mailbox, context);
    return { mailbox: actsAs.mailbox, types };
  }
  try {
    return { ...readFolders(named, context), types };
  } catch (error) {
    const isHidden = error instanceof ResponseError && error.code === 'ErrorAccessDenied';
    if (!isHidden || !exchange.character.hidesMissingRights) throw error;
    return { mailbox: actsAs.mailbox, folders: new Set(), types: new Set() };
  }
}

function readFolders(named: readonly XmlElement[], context: RequestContext): Omit<Scope, 'types'> {
  const folders = new Set<number>();
  let mailbox: Mailbox | undefined;
  for (const reference of named) {
    const open = openFolder(reference, context);
    if (mailbox !== undefined && mailbox !== open.mailbox) throw new ResponseError('ErrorInvalidSubscriptionRequest');
    mailbox = open.mailbox;
    folders.add(open.folder.number);
  }
  return { mailbox: mailbox ?? context.actsAs.mailbox, folders };
}

function eventTypeOf(text: string): EventType {
  const type = text.replace(/Event$/, '');
  if (!isEventType(type)) throw new ResponseError('ErrorInvalidSubscriptionRequest');
  return type;
}

function startOf(wanted: XmlElement, mailbox: Mailbox, { exchange }: RequestContext): number {
  const watermark = wanted.childText('Watermark');
  if (watermark === undefined || !exchange.character.hasWatermarks) return mailbox.journal.last;
  const position = mailbox.positionOf(watermark);
  if (position === undefined) throw new ResponseError('ErrorInvalidWatermark');
  return position;
}

/** Pull: the Timeout; push: until it cannot be delivered any more; streaming: what the server allows. */
function lifetimeOf(wanted: XmlElement, { exchange }: RequestContext): number {
  const timeout = wanted.childText('Timeout');
  if (timeout !== undefined) return Number(timeout) * MINUTE;
  if (deliveryOf(wanted) === 'push') return Number.POSITIVE_INFINITY;
  return exchange.character.streamingIdle ?? exchange.limits.streamingIdle;
}

function newId(delivery: Delivery, mailbox: Mailbox, { exchange }: RequestContext): string {
  const { character, subscriptions, random, clock } = exchange;
  subscriptions.count += 1;
  return character.subscriptionId({
    count: subscriptions.count,
    delivery,
    mailboxGuid: mailbox.store.guid,
    unique: random.bytes(16),
    now: clock.now(),
  });
}

function writeStart({ delivery, mailbox, position }: Subscription, { exchange }: RequestContext): string {
  if (!exchange.character.hasWatermarks || delivery === 'streaming') return '';
  return textElement('m:Watermark', mailbox.watermark(position));
}
