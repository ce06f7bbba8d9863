import type { Clock, Timer } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import type { MailboxAnswer, MailboxPlace } from '../transport/autodiscover/many-mailboxes.js';

/** Mailboxes that are asked for within this time of one another are asked for together, in milliseconds. */
const GATHER_MS = 20;
/** Mailboxes in one question: half of what servers take. */
const MAX_MAILBOXES = 50;
/** Questions at once. */
const MAX_QUESTIONS = 2;
/** A mailbox that has moved is asked for again at most so often, in milliseconds. */
const ASK_AGAIN_MS = 60_000;
/** So long nothing is expected of an Autodiscover that did not answer, or not with what is of use, in milliseconds. */
const UNKNOWN_MS = 15 * 60_000;

interface Known {
  readonly answer: MailboxAnswer;
  readonly askedAt: number;
}

interface Wanted {
  readonly mailbox: string;
  readonly take: (answer: MailboxAnswer) => void;
}

export interface MailboxPlacesOptions {
  readonly clock: Clock;
  /** Asks Autodiscover for several; the answers are in the same order. Rejects when there is none. */
  readonly ask: (mailboxes: readonly string[]) => Promise<readonly MailboxAnswer[]>;
}

/** What mailboxes have in common that can share a stream (docs: "Maintain affinity between a group of subscriptions"). */
export function groupOf({ url, grouping }: MailboxPlace): string {
  return `${url} ${grouping}`;
}

/**
 * Where the mailboxes of an account are, asked for by many at once and kept in memory. Where Autodiscover does not tell,
 * they are taken to be at the account's own server: nothing waits for it to come back.
 */
export class MailboxPlaces {
  readonly #options: MailboxPlacesOptions;
  readonly #known = new Map<string, Known>();
  /** When mailboxes that have moved may be asked for again (ms since 1970). */
  readonly #forgetAt = new Map<string, number>();
  /** Equal places are one object: there may be thousands of mailboxes. */
  readonly #places = new Map<string, MailboxPlace>();
  readonly #asking = new Map<string, Promise<MailboxAnswer>>();
  #wanted: Wanted[] = [];
  #questions = 0;
  #timer: Timer | undefined;
  #awayUntil = 0;

  constructor(options: MailboxPlacesOptions) {
    this.#options = options;
  }

  /** Where a mailbox is; `undefined` where Autodiscover does not tell. Throws an `EwsError` where it may not be gone to. */
  async find(address: string): Promise<MailboxPlace | undefined> {
    const mailbox = address.toLowerCase();
    const known = this.#known.get(mailbox);
    const isGood = known && (isPlace(known.answer) || this.#now - known.askedAt < waitAfter(known.answer));
    const answer = isGood ? known.answer : await this.#ask(mailbox);
    if (answer instanceof EwsError) throw answer;
    return answer;
  }

  /** The mailbox is not where it was found: it is asked for again. */
  forget(address: string): void {
    const mailbox = address.toLowerCase();
    if (this.#now < (this.#forgetAt.get(mailbox) ?? 0)) return;
    this.#forgetAt.set(mailbox, this.#now + ASK_AGAIN_MS);
    this.#known.delete(mailbox);
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  #ask(mailbox: string): Promise<MailboxAnswer> {
    const asking = this.#asking.get(mailbox);
    if (asking) return asking;
    if (this.#now < this.#awayUntil) return Promise.resolve(undefined);
    const answered = new Promise<MailboxAnswer>((take) => this.#wanted.push({ mailbox, take }));
    this.#asking.set(mailbox, answered);
    if (this.#wanted.length >= MAX_MAILBOXES) this.#next();
    else if (!this.#timer) {
      this.#timer = this.#options.clock.setTimer(() => {
        this.#timer = undefined;
        this.#next();
      }, GATHER_MS);
    }
    return answered;
  }

  #next(): void {
    while (this.#wanted.length > 0 && this.#questions < MAX_QUESTIONS) {
      const batch = this.#wanted.splice(0, MAX_MAILBOXES);
      this.#questions += 1;
      void this.#question(batch).finally(() => {
        this.#questions -= 1;
        this.#next();
      });
    }
  }

  async #question(batch: readonly Wanted[]): Promise<void> {
    let answers: readonly MailboxAnswer[] = [];
    try {
      if (this.#now >= this.#awayUntil) answers = await this.#options.ask(batch.map(({ mailbox }) => mailbox));
    } catch {
      this.#awayUntil = this.#now + UNKNOWN_MS;
    }
    for (const [at, { mailbox, take }] of batch.entries()) {
      const answer = this.#shared(answers[at]);
      this.#known.set(mailbox, { answer, askedAt: this.#now });
      this.#asking.delete(mailbox);
      take(answer);
    }
  }

  #shared(answer: MailboxAnswer): MailboxAnswer {
    if (!isPlace(answer)) return answer;
    const key = groupOf(answer);
    const place = this.#places.get(key) ?? answer;
    this.#places.set(key, place);
    return place;
  }
}

function isPlace(answer: MailboxAnswer): answer is MailboxPlace {
  return answer !== undefined && !(answer instanceof EwsError);
}

function waitAfter(answer: MailboxAnswer): number {
  return answer instanceof EwsError ? ASK_AGAIN_MS : UNKNOWN_MS;
}
