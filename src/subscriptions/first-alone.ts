import type { Clock, Timer } from '../clock.js';
import { EwsError, toEwsError } from '../protocol/ews-error.js';
import { unlessAborted } from '../transport/unless-aborted.js';

/** How long the one whose turn it would be is waited for while it is on its way, in milliseconds. */
const COMING_MS = 10_000;
/** How long the first request may take before another takes its turn, in milliseconds. */
const ATTEMPT_MS = 30_000;

interface Waiting {
  readonly address: string;
  readonly take: (turn: 'first' | 'after') => void;
  readonly fail: (error: EwsError) => void;
}

export interface FirstAloneOptions {
  readonly clock: Clock;
  /** Until when the server has asked for quiet, or was not asked (ms since 1970): that is no time in which it could have answered. */
  readonly quietUntil: () => number;
  /** Told whose request goes first, each time before it does. */
  readonly first: (address: string) => void;
  /** The first request has failed: what its answer may have brought is void. */
  readonly failed: () => void;
}

/**
 * Lets one request go first and alone, all others when it has succeeded: the one that is first in the alphabet of those
 * that are there. Where it fails, or takes too long, another is the next, so that nobody is held up for long.
 */
export class FirstAlone {
  readonly #options: FirstAloneOptions;
  #settled = false;
  #underWay = false;
  /** Those on their way are waited for no longer. */
  #impatient = false;
  #timer: Timer | undefined;
  readonly #coming = new Map<object, string>();
  readonly #waiting = new Map<object, Waiting>();
  /** How often the requests of an address failed as the first. */
  readonly #failures = new Map<string, number>();

  constructor(options: FirstAloneOptions) {
    this.#options = options;
  }

  /** Whether the first request has succeeded. A method, as it changes while one waits. */
  isSettled(): boolean {
    return this.#settled;
  }

  /** Somebody will make a request in a while. */
  expect(who: object, address: string): void {
    if (!this.#settled) this.#coming.set(who, address);
  }

  /** Somebody who was expected does not come. */
  withdraw(who: object): void {
    if (this.#coming.delete(who)) this.#next();
  }

  /** Makes a request when it is its turn. Throws an `EwsError`: its own, or that of a first one that failed for all. */
  async run<T>(
    who: object,
    address: string,
    request: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const turn = this.#settled ? 'after' : await this.#turn(who, address, signal);
    return turn === 'after' ? request(signal) : this.#goFirst(address, request, signal);
  }

  async #turn(who: object, address: string, signal: AbortSignal): Promise<'first' | 'after'> {
    let taken: 'first' | 'after' | undefined;
    const turn = new Promise<'first' | 'after'>((resolve, reject) => {
      const take = (which: 'first' | 'after') => {
        taken = which;
        resolve(which);
      };
      this.#waiting.set(who, { address, take, fail: reject });
    });
    this.#coming.delete(who);
    this.#next();
    try {
      return await unlessAborted(turn, signal);
    } catch (error) {
      this.#waiting.delete(who);
      if (taken === 'first') this.#underWay = false;
      this.#next();
      throw error;
    }
  }

  async #goFirst<T>(address: string, request: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const late = new AbortController();
    const timer = this.#boundTo(late);
    try {
      this.#options.first(address);
      const both = AbortSignal.any([signal, late.signal]);
      const result = await unlessAborted(request(both), both);
      this.#settle();
      return result;
    } catch (thrown) {
      this.#options.failed();
      if (signal.aborted) throw thrown;
      const error = late.signal.aborted ? tooLate() : toEwsError(thrown, 'Subscribe');
      this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
      // What is wrong with the way or the server would meet the others too, one timeout after the other.
      if (isForAll(error)) this.#failAll(error);
      throw error;
    } finally {
      this.#options.clock.clearTimer(timer());
      this.#underWay = false;
      this.#next();
    }
  }

  /** Ends a request that takes too long. Returns what tells the timer that is running. */
  #boundTo(late: AbortController): () => Timer {
    const { clock, quietUntil } = this.#options;
    const set = (ms: number): Timer =>
      clock.setTimer(() => {
        const left = quietUntil() + ATTEMPT_MS - clock.now();
        if (left > 0) timer = set(left);
        else late.abort();
      }, ms);
    let timer = set(ATTEMPT_MS);
    return () => timer;
  }

  #settle(): void {
    this.#settled = true;
    for (const { take } of this.#takeAll()) take('after');
    this.#coming.clear();
    this.#failures.clear();
  }

  #failAll(error: EwsError): void {
    for (const { fail } of this.#takeAll()) fail(error);
  }

  #takeAll(): readonly Waiting[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }

  #next(): void {
    const { clock } = this.#options;
    if (this.#settled || this.#underWay || this.#waiting.size === 0) {
      clock.clearTimer(this.#timer);
      this.#timer = undefined;
      return;
    }
    const who = this.#best();
    const waiting = this.#waiting.get(who);
    if (!waiting) {
      this.#timer ??= clock.setTimer(() => {
        this.#timer = undefined;
        this.#impatient = true;
        this.#next();
      }, COMING_MS);
      return;
    }
    clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#impatient = false;
    this.#waiting.delete(who);
    this.#underWay = true;
    waiting.take('first');
  }

  /** Whose turn it is: of those that have failed least often, the first in the alphabet. */
  #best(): object {
    const all = [...this.#waiting].map(([who, { address }]) => ({ who, address, failures: this.#failed(address) }));
    if (!this.#impatient) {
      for (const [who, address] of this.#coming) all.push({ who, address, failures: this.#failed(address) });
    }
    return all.reduce((one, other) =>
      other.failures < one.failures || (other.failures === one.failures && other.address < one.address) ? other : one,
    ).who;
  }

  #failed(address: string): number {
    return this.#failures.get(address) ?? 0;
  }
}

/** Whether an error is no matter of the one mailbox: the server was not reached, or has not got as far as EWS. */
function isForAll({ action, code }: EwsError): boolean {
  return action === 'retry' && !code.startsWith('Error');
}

function tooLate(): EwsError {
  return new EwsError('EWS_TIMEOUT', 'The server takes too long to answer the first request of a group of mailboxes.');
}
