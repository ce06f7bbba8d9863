import type { EwsError } from '../protocol/ews-error.js';
import type { EngineListener, EventBatch, Gap, PositionProblem } from './engine-listener.js';
import type { SubscriptionState } from './subscription-state.js';

/**
 * Passes on what it is told; who extends it takes note of some of it. A class, as there is one for each mailbox: an
 * object that has another for its prototype takes ten times the memory.
 */
export class ForwardingListener implements EngineListener {
  protected readonly next: EngineListener;

  constructor(next: EngineListener) {
    this.next = next;
  }

  events(batch: EventBatch): void | Promise<void> {
    return this.next.events(batch);
  }

  state(state: SubscriptionState): void {
    this.next.state(state);
  }

  error(error: EwsError): void {
    this.next.error(error);
  }

  gap(gap: Gap): void {
    this.next.gap(gap);
  }

  skipped(from: string | undefined, until: string | undefined): void {
    this.next.skipped(from, until);
  }

  positionProblem(problem: PositionProblem): void {
    this.next.positionProblem(problem);
  }

  heartbeat(): void {
    this.next.heartbeat?.();
  }
}
