import { EVENT_TYPES, type EventType } from '../event-type.js';
import { doubt } from './doubt.js';

/** The tags of an element that holds text. */
export interface TextTags {
  readonly open: string;
  readonly close: string;
}

/** The tags of an element with attributes; its start tag goes on. */
export interface IdTags {
  readonly open: string;
  readonly close: string;
}

export interface KindTags extends TextTags {
  readonly eventType: EventType | 'Status';
}

const PREFIX = /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,60}:)?$/;

/**
 * The tags inside a notification as they are written with one prefix (`t:`, or none). To compare with a whole tag costs
 * less than to take its name out and look at that.
 */
export class EventTags {
  readonly subscriptionId: TextTags;
  readonly previousWatermark: TextTags;
  readonly moreEvents: TextTags;
  readonly watermark: TextTags;
  readonly timeStamp: TextTags;
  readonly unreadCount: TextTags;
  readonly itemId: IdTags;
  readonly folderId: IdTags;
  readonly parentFolderId: IdTags;
  readonly oldItemId: IdTags;
  readonly oldFolderId: IdTags;
  readonly oldParentFolderId: IdTags;
  /** A heartbeat that tells no watermark. */
  readonly bareStatus: string;
  /** All kinds of event that there are. */
  readonly kinds: readonly KindTags[];

  constructor(readonly prefix: string) {
    if (!PREFIX.test(prefix)) doubt();
    const text = (name: string): TextTags => ({ open: `<${prefix}${name}>`, close: `</${prefix}${name}>` });
    const id = (name: string): IdTags => ({ open: `<${prefix}${name}`, close: `</${prefix}${name}>` });
    this.subscriptionId = text('SubscriptionId');
    this.previousWatermark = text('PreviousWatermark');
    this.moreEvents = text('MoreEvents');
    this.watermark = text('Watermark');
    this.timeStamp = text('TimeStamp');
    this.unreadCount = text('UnreadCount');
    this.itemId = id('ItemId');
    this.folderId = id('FolderId');
    this.parentFolderId = id('ParentFolderId');
    this.oldItemId = id('OldItemId');
    this.oldFolderId = id('OldFolderId');
    this.oldParentFolderId = id('OldParentFolderId');
    this.bareStatus = `<${prefix}StatusEvent/>`;
    this.kinds = [...EVENT_TYPES, 'Status' as const].map((eventType) => ({ eventType, ...text(`${eventType}Event`) }));
  }
}

let last: EventTags | undefined;

/** @param prefix with its colon. A server keeps to one, so only the last is kept. */
export function tagsWith(prefix: string): EventTags {
  if (last?.prefix !== prefix) last = new EventTags(prefix);
  return last;
}
