import type { Clock } from '../clock.js';
import { CONTEXT_PREFIX, type KeyValueStore } from './context-position-store.js';

/** What is kept for a node that nobody has any more stays so long, should it come back, in milliseconds: 60 days. */
const KEEP_MS = 60 * 24 * 60 * 60_000;
/** How often it is said of nodes that exist, in milliseconds: a week. */
const TEND_MS = 7 * 24 * 60 * 60_000;
/** Keys of what waits to be sent. */
export const CONTEXT_SPOOL_PREFIX = 'ewsSpool_';
/** How the keys begin that go with a node, whose name comes next. */
const PREFIXES = [CONTEXT_PREFIX, CONTEXT_SPOOL_PREFIX];
/** A key with the name of a node, which tells when that node last existed in any Node-RED (ms since 1970). */
const SEEN_PREFIX = 'ewsPositionSeen_';
/** The length of a node's name in a key. */
const NODE_LENGTH = 16;

/**
 * Removes, from a context store, what is kept for nodes that have not existed for sixty days. The store may be shared with
 * other Node-REDs, which have other nodes: each says of its own, at its start and every week, that they exist.
 */
export class ContextOrphans {
  readonly #store: KeyValueStore;
  readonly #clock: Clock;
  readonly #exists: (node: string) => boolean;

  /** @param exists whether this Node-RED has a node with that id */
  constructor(store: KeyValueStore, clock: Clock, exists: (node: string) => boolean) {
    this.#store = store;
    this.#clock = clock;
    this.#exists = exists;
  }

  /** Looks now, and every week for as long as the process runs. */
  start(): void {
    void this.tend().finally(() => {
      this.#clock.setTimer(() => {
        this.start();
      }, TEND_MS);
    });
  }

  /** Looks once. Trouble with the store is told of where positions are saved; never rejects. */
  async tend(): Promise<void> {
    const keys = await this.#store.keys().catch(() => []);
    const nodes = new Map<string, string[]>();
    for (const key of keys) {
      const prefix = PREFIXES.find((one) => key.startsWith(one));
      if (prefix === undefined) continue;
      const name = key.slice(prefix.length, prefix.length + NODE_LENGTH);
      nodes.set(name, [...(nodes.get(name) ?? []), key]);
    }
    for (const [name, kept] of nodes) {
      // Another time.
      await this.#tendNode(SEEN_PREFIX + name, kept).catch(() => undefined);
    }
  }

  async #tendNode(seenKey: string, kept: readonly string[]): Promise<void> {
    const now = this.#clock.now();
    const node = await this.#nodeOf(kept);
    const seen = await this.#store.get(seenKey);
    if ((node !== undefined && this.#exists(node)) || typeof seen !== 'number') await this.#store.set(seenKey, now);
    else if (seen < now - KEEP_MS) {
      for (const key of [...kept, seenKey]) await this.#store.set(key, undefined);
    }
  }

  /** Whose they are, as far as one of them can be read. */
  async #nodeOf(kept: readonly string[]): Promise<string | undefined> {
    for (const key of kept) {
      const value = (await this.#store.get(key)) as { node?: unknown } | null | undefined;
      if (typeof value?.node === 'string') return value.node;
    }
    return undefined;
  }
}
