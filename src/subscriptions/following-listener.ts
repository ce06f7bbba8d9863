import type { EngineListener } from './engine-listener.js';
import { ForwardingListener } from './forwarding-listener.js';
import type { SubscriptionState } from './subscription-state.js';

/** What is done when something has another state, before others are told. */
type Followed = (part: string, state: SubscriptionState) => void;

/** Has an adopter follow the states of what it has adopted. */
export class FollowingListener extends ForwardingListener {
  readonly #followed: Followed;
  readonly #part: string;

  /** @param followed one for all that follow, as there may be thousands */
  constructor(next: EngineListener, followed: Followed, part: string) {
    super(next);
    this.#followed = followed;
    this.#part = part;
  }

  override state(state: SubscriptionState): void {
    this.#followed(this.#part, state);
    super.state(state);
  }
}
