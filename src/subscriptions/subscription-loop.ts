import { delay, type Clock, type Timer } from '../clock.js';
import { toEwsError, type EwsError } from '../protocol/ews-error.js';
import type { RecoveryAction } from '../protocol/recovery-table.js';
import { BackOff } from './back-off.js';
import type { EngineListener } from './engine-listener.js';
import { PARKED, type Life, type LoopSteps } from './loop-steps.js';
import type { SubscriptionState } from './subscription-state.js';

/** After ErrorExceededSubscriptionCount: room is made by subscriptions that run out, in milliseconds. */
const SUBSCRIPTION_COUNT_WAIT_MS = 10 * 60_000;
/** A mailbox or folder that is not there may come (moves, directory replication): looked for hourly. */
const MISSING_TARGET_WAIT_MS = 60 * 60_000;

/** A connection that holds for so long ends the outage before it, in milliseconds. */
const STEADY_MS = 10_000;
/** After something that should not happen, in milliseconds. */
const UNEXPECTED_WAIT_MS = 60_000;
const NONE: readonly RecoveryAction[] = [];

/** Nothing under way. */
const NOTHING = Promise.resolve();

/** Connected, and nothing was sent yet: the same for the thousands of which that is true. */
const QUIET: SubscriptionState = { name: 'connected', lastEventAt: undefined };

/**
 * The life of one subscription: rounds of work, and between them what the recovery table asks for.
 * It alone decides on waiting, on stopping, on states, and on telling of an outage once.
 */
export class SubscriptionLoop implements Life {
  readonly #clock: Clock;
  readonly #steps: LoopSteps;
  readonly #listener: EngineListener;
  readonly #random: () => number;
  /** Made when something fails. */
  #waits: BackOff | undefined;
  /** Made when it is asked for: it takes half a kilobyte, and thousands of mailboxes do without. */
  #closing: AbortController | undefined;
  #closed = false;
  #state: SubscriptionState = { name: 'closed' };
  #paused = false;
  #restarting = false;
  #halted = false;
  #woken = false;
  #wakeSleeper: (() => void) | undefined;
  /** What it was lost by since it last held. */
  #losses: readonly RecoveryAction[] = NONE;
  #connectedSince: number | undefined;
  /** The subscription is lost again as soon as it is made. */
  #flapping = false;
  #reported: string | undefined;
  #running: Promise<void> | undefined;
  #round: Promise<unknown> = NOTHING;
  #isParked = false;
  /** Called when a parked round is about to end. */
  #unparked: (() => void) | undefined;

  constructor(clock: Clock, random: () => number, steps: LoopSteps, listener: EngineListener) {
    this.#clock = clock;
    this.#steps = steps;
    this.#listener = listener;
    this.#random = random;
  }

  get #backOff(): BackOff {
    return (this.#waits ??= new BackOff(this.#random));
  }

  get signal(): AbortSignal {
    this.#closing ??= new AbortController();
    if (this.#closed) this.#closing.abort();
    return this.#closing.signal;
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** Whether no round shall go on or begin. */
  isPaused(): boolean {
    return this.#paused || this.#restarting;
  }

  /** A method, as it changes while one waits. */
  isClosed(): boolean {
    return this.#closed;
  }

  start(paused = false): void {
    this.#paused = paused;
    this.enter({ name: 'starting' });
    this.#running ??= this.#run();
  }

  /** Runs the next round now instead of when it is due. A wait that the server or an error asked for goes on. */
  wake(): void {
    this.#woken = true;
    this.#wakeSleeper?.();
  }

  /** Begins no further round; resolves when the one under way, if any, is over. */
  async pause(): Promise<void> {
    this.#paused = true;
    this.wake();
    await this.#roundOver();
  }

  /** Ends a pause; also tries again what had stopped for good. */
  resume(): void {
    this.#paused = false;
    this.#halted = false;
    this.wake();
  }

  /**
   * Begins anew, with whatever `between` does before: when the round under way is over, but without the wait that an
   * error or the server asked for. Tries again, too, what had stopped for good. Nothing while it is paused or closed.
   */
  async restart(between: () => void | Promise<void> = () => undefined): Promise<void> {
    if (this.isPaused() || this.isClosed()) return;
    this.#restarting = true;
    try {
      this.wake();
      await this.#roundOver();
      if (!this.isClosed()) await between();
    } finally {
      this.#restarting = false;
      this.#halted = false;
      this.wake();
    }
  }

  /** Ends the loop; resolves when nothing of it is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing?.abort();
    this.wake();
    await this.#unparking();
    await this.#running;
    this.enter({ name: 'closed' });
  }

  /**
   * The round under way goes on with nobody waiting for it, as thousands do at the same time and a function that waits
   * takes memory. To be returned by it; whoever parks it calls {@link unpark} when it is to be over, also because the loop
   * is paused, restarted or closed.
   */
  park(): typeof PARKED {
    this.#isParked = true;
    return PARKED;
  }

  /** Ends a round that is parked with what is left to do of it. */
  unpark(rest: () => Promise<undefined>): void {
    this.#isParked = false;
    this.#running = this.#run(rest);
    this.#unparked?.();
    this.#unparked = undefined;
  }

  /** Nothing of a round that is parked is under way. */
  #letGo(): void {
    if (!this.#isParked) return;
    this.#round = NOTHING;
    this.#running = NOTHING;
  }

  async #roundOver(): Promise<void> {
    await this.#unparking();
    await this.#round.catch(() => undefined);
  }

  async #unparking(): Promise<void> {
    if (!this.#isParked) return;
    await new Promise<void>((resolve) => {
      const others = this.#unparked;
      this.#unparked = () => {
        others?.();
        resolve();
      };
    });
  }

  enter(state: SubscriptionState): void {
    // What was still under way when it was closed does not bring it back.
    if (this.isClosed() && state.name !== 'closed') return;
    this.#state = state;
    this.#listener.state(state);
  }

  /** A round brought an answer: the outage is over, unless subscriptions are lost as fast as they are made. */
  connected(lastEventAt: number | undefined): void {
    this.#connectedSince ??= this.#clock.now();
    if (!this.#flapping) this.#forgetTrouble();
    this.enter(lastEventAt === undefined ? QUIET : { name: 'connected', lastEventAt });
  }

  /** @param rest what is left to do of a round that was parked */
  async #run(rest?: () => Promise<undefined>): Promise<void> {
    let begun = rest;
    while (!this.isClosed() || begun) {
      try {
        if (this.isPaused() && !begun) {
          if (this.#paused) this.enter({ name: 'paused' });
          await this.#sleep(undefined);
          continue;
        }
        let next: number | undefined;
        try {
          const round = begun ? begun() : this.#steps.round(this);
          begun = undefined;
          this.#round = round;
          const outcome = await round;
          if (outcome === PARKED) {
            this.#letGo();
            return;
          }
          next = outcome;
        } catch (thrown) {
          // A round that was ended to pause or close did not fail.
          if (!this.isClosed() && !this.isPaused()) await this.#recover(toEwsError(thrown));
          continue;
        }
        if (!this.isPaused()) await this.#sleep(next);
      } catch {
        // Whoever listens has failed; nobody is left to tell. What must not happen is that the loop ends, or the process.
        await delay(this.#clock, UNEXPECTED_WAIT_MS, this.signal);
      }
    }
  }

  /** What went wrong before is over if it has held since; else this is more of the same. */
  #judgeConnection(): void {
    const held = this.#connectedSince !== undefined && this.#clock.now() - this.#connectedSince >= STEADY_MS;
    this.#connectedSince = undefined;
    if (!held) return;
    this.#flapping = false;
    this.#losses = NONE;
    this.#forgetTrouble();
  }

  #forgetTrouble(): void {
    this.#waits = undefined;
    this.#reported = undefined;
  }

  async #recover(error: EwsError): Promise<void> {
    this.#judgeConnection();
    switch (error.action) {
      case 'resubscribe':
      case 'resubscribe-and-catch-up':
        return this.#afterLoss(error, () => {
          this.#steps.subscriptionLost(error);
        });
      case 'forget-watermark':
        return this.#afterLoss(error, () => {
          this.#steps.watermarkRefused(error);
        });
      case 'relocate':
        this.#steps.mailboxMoved(error);
        return this.#wait(error, this.#backOff.next());
      case 'wait':
      case 'fewer-connections':
      case 'retry':
        return this.#wait(error, this.#backOff.next(error.backOffMs));
      case 'fewer-subscriptions':
        this.#steps.makeRoom();
        return this.#wait(error, this.#backOff.next(error.backOffMs ?? SUBSCRIPTION_COUNT_WAIT_MS));
      case 'stop-target':
        return this.#wait(error, this.#backOff.next(MISSING_TARGET_WAIT_MS));
      case 'authenticate':
        return error.backOffMs === undefined
          ? this.#halt(error)
          : this.#wait(error, this.#backOff.next(error.backOffMs));
      case 'stop':
        return this.#halt(error);
    }
  }

  /** A lost subscription is made again at once and in silence, as expiry is normal; not so if that does not help. */
  async #afterLoss(error: EwsError, step: () => void): Promise<void> {
    step();
    if (!this.#losses.includes(error.action)) {
      this.#losses = [...this.#losses, error.action];
      return;
    }
    this.#flapping = true;
    await this.#wait(error, this.#backOff.next());
  }

  async #wait(error: EwsError, ms: number): Promise<void> {
    // The first quick retry is silent: most trouble with a network is over before anyone would look.
    if (error.action !== 'retry' || this.#backOff.failures > 1) this.#report(error);
    const until = this.#clock.now() + ms;
    this.enter({ name: 'waiting', retryAt: until, error });
    while (this.#clock.now() < until && !this.isPaused() && !this.isClosed()) await this.#sleep(until);
    // Somebody asked meanwhile: the next round then serves it, as the sleep after it returns at once.
  }

  async #halt(error: EwsError): Promise<void> {
    this.#report(error);
    this.#halted = true;
    this.enter({ name: 'stopped', error });
    while (this.#isHalted() && !this.isClosed() && !this.isPaused()) await this.#sleep(undefined);
    this.#reported = undefined;
  }

  #isHalted(): boolean {
    return this.#halted;
  }

  /** One report an outage, but a reason to stop for good is told even during one. */
  #report(error: EwsError): void {
    const final = error.action === 'stop' || error.action === 'authenticate' || error.action === 'stop-target';
    if (this.#reported !== undefined && (!final || this.#reported === error.code)) return;
    this.#reported = error.code;
    this.#listener.error(error);
  }

  /** Until `until` (ms since 1970), or until woken. */
  async #sleep(until: number | undefined): Promise<void> {
    if (!this.#woken && !this.isClosed() && (until === undefined || until > this.#clock.now())) {
      await new Promise<void>((resolve) => {
        let timer: Timer | undefined;
        this.#wakeSleeper = () => {
          this.#clock.clearTimer(timer);
          resolve();
        };
        if (until !== undefined) timer = this.#clock.setTimer(this.#wakeSleeper, until - this.#clock.now());
      });
      this.#wakeSleeper = undefined;
    }
    this.#woken = false;
  }
}
