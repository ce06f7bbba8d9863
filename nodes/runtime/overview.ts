import type { NodeAPI } from 'node-red';
import { systemClock } from '../../src/clock.js';
import { Overview } from '../../src/subscriptions/overview.js';

/** By what all interface objects of one Node-RED share. */
const overviews = new WeakMap<object, Overview>();

/** The overview of all subscriptions in this Node-RED. */
export function overviewOf({ events }: NodeAPI): Overview {
  const known = overviews.get(events);
  if (known) return known;
  const overview = new Overview(systemClock);
  overviews.set(events, overview);
  return overview;
}
