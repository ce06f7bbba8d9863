import type { Character } from '../characters/character.js';
import type { JournalEvent } from '../mailbox/journal.js';
import type { Batch, Scope, Subscription } from './subscription.js';

/**
 * The next events of a subscription, at most `max`. Nothing is taken off its queue: that is setting its position.
 * `undefined` when events that it has not had are forgotten already.
 */
export function peekEvents(subscription: Subscription, character: Character, max: number): Batch | undefined {
  const { scope, position: previous } = subscription;
  const { journal } = scope.mailbox;
  if (!journal.reachesBack(previous)) return undefined;
  const events: JournalEvent[] = [];
  for (const event of journal.after(previous)) {
    if (!character.sees(scope, event)) continue;
    if (events.length === max)
      return { previous, events, position: events[max - 1]?.position ?? previous, moreEvents: true };
    events.push(event);
  }
  const position = events.at(-1)?.position ?? journal.last;
  return { previous, events, position, moreEvents: false };
}

/** Whether an event is of a wanted type, and of a wanted folder: it, its parent or its old parent. */
export function isInScope(scope: Scope, { type, subject, old }: JournalEvent): boolean {
  if (!scope.types.has(type)) return false;
  const { folders } = scope;
  if (folders === undefined) return true;
  return (
    folders.has(subject.parent) ||
    (subject.folder !== undefined && folders.has(subject.folder)) ||
    (old !== undefined && folders.has(old.parent))
  );
}
