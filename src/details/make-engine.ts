import type { AccountLink } from '../subscriptions/account-link.js';
import type { Engine } from '../subscriptions/engine.js';
import type { EngineListener } from '../subscriptions/engine-listener.js';
import type { PositionKey } from '../subscriptions/position-record.js';
import type { SubscriptionDescription } from '../subscriptions/subscription-description.js';
import { isWaiting, type DetailsSettings } from './details-settings.js';
import { EngineWithOutbox, throughOutbox, type OutboxSlot } from './engine-with-outbox.js';
import { LookUp } from './look-up.js';
import { Outbox } from './outbox.js';
import type { SpoolPlace } from './spool.js';

export interface DetailsParts {
  readonly account: AccountLink;
  readonly description: SubscriptionDescription;
  readonly key: PositionKey;
  /** What reads the position: before what waits to be sent is read. */
  readonly position?: { readAhead(): Promise<void> };
  readonly listener: EngineListener;
  readonly settings: DetailsSettings;
  /** Where what waits is kept. */
  readonly spools: SpoolPlace;
}

/** An engine whose events are looked up before they are sent, where that is wanted. */
export function makeEngineWithDetails(parts: DetailsParts, make: (listener: EngineListener) => Engine): Engine {
  const { account, description, key, position, listener, settings, spools } = parts;
  const direct = !isWaiting(settings);
  // What an earlier run left is sent, though it was set to something else.
  if (direct && !spools.mayHoldOf(key)) return make(listener);
  const trouble: EngineListener['error'] = (error) => {
    listener.error(error);
  };
  const preparation = new LookUp({ account, access: description, settings, trouble });
  const outbox = new Outbox({
    spool: spools.spoolOf(key),
    preparation,
    listener,
    direct,
    clock: account.clock,
    calmMs: settings.calm * 1000,
  });
  const slot: OutboxSlot = { outbox };
  return new EngineWithOutbox(make(throughOutbox(listener, slot)), slot, account.clock, position);
}
