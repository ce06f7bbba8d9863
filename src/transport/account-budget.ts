import type { Clock } from '../clock.js';
import { Gate } from '../gate.js';
import { ThrottleGate } from './throttle-gate.js';

/** Requests of one account at once, at most (docs: "EWS throttling in Exchange", EWSMaxConcurrency). */
export const DEFAULT_MAX_CONCURRENT = 27;

/** What a server allows an account, wherever its requests go: the clients of one account share it. */
export class AccountBudget {
  /** Shut while a busy server has asked for quiet. */
  readonly gate: ThrottleGate;
  /** Lets through as many requests as may be under way. Streams count until they are open: they have a limit of their own. */
  readonly requests: Gate;

  constructor(clock: Clock, maxConcurrent = DEFAULT_MAX_CONCURRENT) {
    this.gate = new ThrottleGate(clock);
    this.requests = new Gate(within(maxConcurrent));
  }
}

/** A server counts a request until it is rid of the answer, which may be after the next has come. */
function within(limit: number): number {
  return limit - Math.floor(limit / 10);
}
