import type { Clock } from '../clock.js';
import { EwsError } from '../protocol/ews-error.js';
import type { StreamMember } from './stream-member.js';

/** After a refusal one more connection is tried for after this time, in milliseconds: others may have been given up. */
const FIRST_RETRY_MS = 2 * 60_000;
/** The wait doubles with each refusal, up to this, in milliseconds. */
const LONGEST_RETRY_MS = 60 * 60_000;

/** So long, at most, do the others wait for the outcome of such a try, in milliseconds. */
const TRY_MS = 30_000;

const CODE = 'ErrorExceededConnectionCount';

/** One whose budget streams are charged to. */
interface Payer {
  readonly name: string;
  /** Streams that were granted, and keep their place while they are opened again. */
  readonly granted: Set<object>;
  /** Streams that are asked for, and whether that is to find out whether there may be more. */
  readonly asked: Map<object, boolean>;
  /** Streams that were refused, with what wakes them. */
  readonly refused: Map<object, () => void>;
  /** The nodes that were told of it. */
  readonly told: Set<string>;
  /** As many as the server grants; `undefined` as long as it has refused none. */
  limit: number | undefined;
  retryAt: number;
  waitMs: number;
}

/** A refusal as it is told. */
export interface StreamRefusal {
  readonly error: EwsError;
  /** The nodes that are not to be told: they know. */
  readonly known: ReadonlySet<string>;
}

/**
 * How many streams the server grants, learnt from its refusals: for the account, or for each mailbox in whose name they are
 * opened. No more are asked for then, but for one now and then, as the limit may have been raised.
 */
export class StreamAllowance {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #payers = new Map<string, Payer>();
  readonly #payerOf = new Map<object, Payer>();

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A stream is to be opened. Throws `ErrorExceededConnectionCount` where the server would refuse it. */
  ask(stream: object, name: string): void {
    const payer = this.#payer(name);
    const before = this.#payerOf.get(stream);
    if (before && before !== payer) this.ended(stream);
    this.#payerOf.set(stream, payer);
    if (payer.granted.has(stream)) return;
    const { limit, granted, asked, retryAt } = payer;
    const isTry = limit !== undefined && granted.size + asked.size >= limit;
    // Where it grants none at all, others hold them: they may be given up at any time.
    const isEarly = this.#clock.now() < retryAt && limit !== 0;
    if (isTry && (asked.size > 0 || isEarly)) throw new EwsError(CODE, 'The server grants no more streams.');
    payer.refused.delete(stream);
    asked.set(stream, isTry);
  }

  /** The server has begun to answer. */
  granted(stream: object): void {
    const payer = this.#payerOf.get(stream);
    const wasTry = payer?.asked.get(stream);
    if (!payer || wasTry === undefined) return;
    payer.asked.delete(stream);
    payer.granted.add(stream);
    if (payer.limit !== undefined) payer.limit = Math.max(payer.limit, payer.granted.size);
    if (wasTry) {
      payer.retryAt = this.#clock.now();
      payer.waitMs = FIRST_RETRY_MS;
    }
    if (payer.refused.size === 0) payer.told.clear();
    else wakeOne(payer);
  }

  /** The server refused a stream. */
  learn(stream: object): void {
    const payer = this.#payerOf.get(stream);
    if (!payer) return;
    const { granted, asked } = payer;
    const had = granted.delete(stream);
    const wasTry = asked.get(stream);
    if (!asked.delete(stream) && !had) return;
    if (wasTry) payer.waitMs = Math.min(payer.waitMs * 2, LONGEST_RETRY_MS);
    payer.limit = granted.size;
    payer.retryAt = this.#clock.now() + payer.waitMs * (0.9 + 0.2 * this.#random());
  }

  /** A stream waits for room. Returns what to tell of it, with the time until it may be tried again. */
  refused(stream: object, error: EwsError, members: readonly StreamMember[]): StreamRefusal {
    const payer = this.#payerOf.get(stream);
    if (!payer) return { error, known: new Set() };
    payer.refused.set(stream, () => undefined);
    const known = new Set(payer.told);
    for (const { owner } of members) payer.told.add(owner);
    if (payer.granted.size === 0) return { error, known };
    const wait = payer.asked.size > 0 ? TRY_MS : payer.retryAt - this.#clock.now();
    return { error: refusal(payer, Math.max(wait, 1000)), known };
  }

  /** Resolves when another stream may be asked for before its time, as one has ended. */
  room(stream: object, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const payer = this.#payerOf.get(stream);
      payer?.refused.set(stream, resolve);
      signal.addEventListener('abort', () => payer?.refused.delete(stream), { once: true });
    });
  }

  /** A stream is over, and will not be opened again. */
  ended(stream: object): void {
    const payer = this.#payerOf.get(stream);
    this.#payerOf.delete(stream);
    if (!payer) return;
    const had = payer.granted.delete(stream);
    payer.asked.delete(stream);
    payer.refused.delete(stream);
    if (had) wakeOne(payer);
    const isIdle = payer.granted.size + payer.asked.size + payer.refused.size === 0;
    if (isIdle && payer.limit === undefined) this.#payers.delete(payer.name);
  }

  #payer(name: string): Payer {
    const known = this.#payers.get(name);
    if (known) return known;
    const payer: Payer = {
      ...{ name, granted: new Set(), asked: new Map(), refused: new Map(), told: new Set() },
      ...{ limit: undefined, retryAt: 0, waitMs: FIRST_RETRY_MS },
    };
    this.#payers.set(name, payer);
    return payer;
  }
}

function refusal({ name, granted, asked, refused }: Payer, backOffMs: number): EwsError {
  const whose = name === '' ? 'for this account' : `in the name of ${name}`;
  const needed = granted.size + asked.size + refused.size;
  const text = `The server allows ${granted.size} streaming connections at once ${whose}; ${needed} are needed.`;
  return new EwsError(CODE, text, { operation: 'GetStreamingEvents', backOffMs });
}

function wakeOne({ refused }: Payer): void {
  for (const wake of refused.values()) {
    wake();
    return;
  }
}
