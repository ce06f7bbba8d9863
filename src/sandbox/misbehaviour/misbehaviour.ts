import { sameAddress } from '../model/account.js';
import type { Random } from '../random.js';
import type { Failure } from './failure.js';
import { checkStyle } from './xml-style.js';

/** What a failure is chosen by. */
export interface FailureCandidate {
  readonly operation?: string;
  /** The subscriptions that the request names. */
  readonly subscriptionIds: readonly string[];
  readonly user?: string;
}

interface Pending {
  readonly failure: Failure;
  left: number;
}

/** The failures that are still to come, in the order in which they were asked for. */
export class Misbehaviour {
  readonly #pending = new Set<Pending>();

  constructor(readonly random: Random) {}

  /** @returns a function that takes it back. Throws for a style that would make other XML. */
  add(failure: Failure): () => void {
    if (failure.style) checkStyle(failure.style);
    const pending = { failure, left: failure.times ?? 1 };
    this.#pending.add(pending);
    return () => this.#pending.delete(pending);
  }

  clear(): void {
    this.#pending.clear();
  }

  /** The first failure that is meant for this request; it counts as used. */
  take(candidate: FailureCandidate): Failure | undefined {
    for (const pending of this.#pending) {
      const { failure } = pending;
      if (!isMeant(failure, candidate)) continue;
      if (failure.probability !== undefined && this.random.next() >= failure.probability) continue;
      pending.left -= 1;
      if (pending.left <= 0) this.#pending.delete(pending);
      return failure;
    }
    return undefined;
  }
}

function isMeant({ operation, subscriptionId, user }: Failure, candidate: FailureCandidate): boolean {
  return (
    (operation === undefined || operation === candidate.operation) &&
    (subscriptionId === undefined || candidate.subscriptionIds.includes(subscriptionId)) &&
    (user === undefined || (candidate.user !== undefined && sameAddress(user, candidate.user)))
  );
}
