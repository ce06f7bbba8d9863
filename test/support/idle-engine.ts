import type { Engine } from '../../dist/src/subscriptions/engine.js';
import { INBOX } from './pull-lab.js';

/** One that brings nothing by itself. */
export const IDLE_ENGINE: Engine = {
  ...{ description: INBOX, subscriptionId: undefined, start: () => undefined, reopen: () => Promise.resolve() },
  ...{ pause: () => Promise.resolve(), resume: () => Promise.resolve(), unsubscribe: () => Promise.resolve() },
  ...{ close: () => Promise.resolve(), drop: () => Promise.resolve() },
};
