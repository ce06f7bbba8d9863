import type { EwsError } from '../../protocol/ews-error.js';
import type { Discovery, DiscoveryStep, FoundServer, StepOutcome } from './discovery.js';
import { normalHost } from './trusted-hosts.js';

/** So often is a search sent on, at most. */
const MAX_HOPS = 10;
/** So many questions does a search ask, at most. */
const MAX_QUESTIONS = 40;

/** What a search has learnt so far, and whether it goes on. */
export class SearchRecord {
  found: FoundServer | undefined;
  refusal: EwsError | undefined;
  readonly #steps: DiscoveryStep[] = [];
  readonly #unconfirmed = new Set<string>();
  readonly #visited = new Set<string>();
  readonly #signal: AbortSignal | undefined;
  readonly #onStep: (step: DiscoveryStep) => void;
  #hops = 0;
  #questions = 0;

  constructor(signal: AbortSignal | undefined, onStep: (step: DiscoveryStep) => void = () => undefined) {
    this.#signal = signal;
    this.#onStep = onStep;
  }

  get result(): Discovery {
    const { found, refusal } = this;
    return { found, refusal, steps: this.#steps, unconfirmed: found ? [] : [...this.#unconfirmed] };
  }

  /** Whether there is nothing more to look for. A method, as it changes while one waits. */
  isOver(): boolean {
    return this.found !== undefined || this.refusal !== undefined || this.#signal?.aborted === true;
  }

  /** Whether one more question may be asked. */
  mayAsk(): boolean {
    if (this.isOver() || this.#questions >= MAX_QUESTIONS) return false;
    this.#questions += 1;
    return true;
  }

  /** Whether the search may follow where it was just sent. */
  mayGoOn(kind: DiscoveryStep['kind'], asked: URL | string): boolean {
    this.#hops += 1;
    if (this.#hops > MAX_HOPS) this.tell(kind, asked, 'too-far');
    return this.#hops <= MAX_HOPS && !this.isOver();
  }

  /** Whether it is the first time that this is asked. */
  isNew(visit: string): boolean {
    const known = this.#visited.has(visit);
    this.#visited.add(visit);
    return !known;
  }

  /** Somebody has to say whether this host may know who is calling. */
  confirm(kind: DiscoveryStep['kind'], asked: URL, host: string): void {
    this.#unconfirmed.add(normalHost(host));
    this.tell(kind, asked, 'unconfirmed', normalHost(host));
  }

  tell(kind: DiscoveryStep['kind'], asked: URL | string, outcome: StepOutcome, detail?: string): void {
    const text = typeof asked === 'string' ? asked : shown(asked);
    const step = { kind, asked: text, outcome, ...(detail === undefined ? {} : { detail }) };
    this.#steps.push(step);
    this.#onStep(step);
  }
}

/** An address as it may be shown: a query may hold a secret. */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}
