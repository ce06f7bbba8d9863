import { delay, type Clock } from '../clock.js';
import type { PositionRecord, PushAddress } from './position-record.js';
import type { PushDesk, PushTarget } from './push-desk.js';
import { newPushToken } from './push-token.js';

/** The URL at which a push subscription is called: one after the other, a new one for each subscription. */
export class PushAddressBook {
  readonly #desk: PushDesk;
  readonly #path: string;
  readonly #target: PushTarget;
  readonly #rememberMs: number;
  #current: Pick<PushAddress, 'token' | 'base'> | undefined;
  #retiring: Promise<void> = Promise.resolve();
  /** Aborted when the subscription behind the token is known. */
  #settled = new AbortController();

  /** @param rememberMs how long a server may still call at a URL that was given up, in milliseconds */
  constructor(desk: PushDesk, path: string, target: PushTarget, rememberMs: number) {
    this.#desk = desk;
    this.#path = path;
    this.#target = target;
    this.#rememberMs = rememberMs;
  }

  /** Takes up the URL of an earlier run. */
  restore({ token, base }: PushAddress): void {
    this.#begin({ token, base });
  }

  /** A new URL, at which calls are expected from now on. @param base all of it but the token */
  async make(base: string): Promise<string> {
    await this.retire();
    const token = newPushToken();
    this.#begin({ token, base });
    return base + token;
  }

  #begin(address: Pick<PushAddress, 'token' | 'base'>): void {
    this.#settled = new AbortController();
    this.#current = address;
    this.#desk.connect(this.#path, address.token, this.#target);
  }

  /** The server has made the subscription, and its id is known. */
  settle(): void {
    this.#settled.abort();
  }

  /** Whether the subscription is known; waits up to `ms` milliseconds for that. */
  async known(clock: Clock, ms: number): Promise<boolean> {
    const { signal } = this.#settled;
    await delay(clock, ms, signal);
    return signal.aborted;
  }

  /** Gives the URL up: what calls there is told that the subscription has ended. Resolves when that is kept. */
  async retire(): Promise<void> {
    const retired = this.#current;
    this.#current = undefined;
    if (retired) this.#retiring = this.#desk.end(retired.token, this.#rememberMs);
    await this.#retiring;
  }

  /** Takes no more calls; the URL stays good for the next run. Resolves when what was given up is kept. */
  async leave(): Promise<void> {
    if (this.#current) this.#desk.disconnect(this.#current.token);
    await this.#retiring;
  }

  /** What is kept of it with the position. */
  kept(more: Omit<PushAddress, 'token' | 'base'>): Pick<PositionRecord, 'delivery' | 'push'> {
    return { delivery: 'push', ...(this.#current ? { push: { ...this.#current, ...more } } : {}) };
  }
}
