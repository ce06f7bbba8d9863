import type { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { EngineListener, EventBatch, Gap, PositionProblem } from '../../dist/src/subscriptions/engine-listener.js';
import type { SubscriptionState } from '../../dist/src/subscriptions/subscription-state.js';

/** Keeps what an engine tells. */
export class Recorder implements EngineListener {
  readonly batches: EventBatch[] = [];
  readonly states: SubscriptionState[] = [];
  readonly errors: EwsError[] = [];
  readonly gaps: Gap[] = [];
  readonly skips: { from: string | undefined; until: string | undefined }[] = [];
  readonly positionProblems: PositionProblem[] = [];
  /** Called with each batch; what it returns is waited for. */
  onEvents: ((batch: EventBatch) => void | Promise<void>) | undefined;

  events(batch: EventBatch): void | Promise<void> {
    this.batches.push(batch);
    return this.onEvents?.(batch);
  }

  state(state: SubscriptionState): void {
    this.states.push(state);
  }

  error(error: EwsError): void {
    this.errors.push(error);
  }

  gap(gap: Gap): void {
    this.gaps.push(gap);
  }

  skipped(from: string | undefined, until: string | undefined): void {
    this.skips.push({ from, until });
  }

  positionProblem(problem: PositionProblem): void {
    this.positionProblems.push(problem);
  }

  get current(): SubscriptionState['name'] | undefined {
    return this.states.at(-1)?.name;
  }

  /** The ids of the items of all events so far, in order; folder events are left out. */
  get items(): string[] {
    return this.batches.flatMap(({ events }) =>
      events.flatMap((event) => ('itemId' in event ? [event.itemId.id] : [])),
    );
  }
}
