import { join } from 'node:path';
import type { NodeAPI, NodeContextData } from 'node-red';
import { systemClock } from '../../src/clock.js';
import { ContextSpools } from '../../src/details/context-spool.js';
import { SPOOL_SUFFIX, SpoolDirectory } from '../../src/details/file-spool.js';
import type { SpoolPlace } from '../../src/details/spool.js';
import { ContextOrphans } from '../../src/subscriptions/context-orphans.js';
import { ContextPositionStore, type KeyValueStore } from '../../src/subscriptions/context-position-store.js';
import { FilePositionStore } from '../../src/subscriptions/file-position-store.js';
import { DirectoryWatch } from '../../src/subscriptions/directory-watch.js';
import { removeOrphans } from '../../src/subscriptions/orphans.js';
import type { PositionStore } from '../../src/subscriptions/position-store.js';
import { Texts } from './texts.js';

/** The folder in Node-RED's user directory that holds positions. */
export function positionsDirectory(red: NodeAPI): string {
  return join(red.settings.userDir ?? '.', 'ews-notifications');
}

/** The folder for what waits to be sent. */
function spoolDirectory(red: NodeAPI): string {
  return join(positionsDirectory(red), 'spool');
}

export interface ChosenStore {
  readonly store: PositionStore;
  /** Where what waits to be sent is kept: with the positions, so that whoever carries on finds both. */
  readonly spools: SpoolPlace;
  readonly memoryOnly: boolean;
}

export type StoreChoice = ChosenStore | { readonly missing: string };

/** The store that a node is set to: files, or a context store of that name. */
export function choosePositionStore(red: NodeAPI, name: string, globalContext: NodeContextData): StoreChoice {
  const files = new SpoolDirectory(spoolDirectory(red));
  if (name === '') {
    const directory = positionsDirectory(red);
    lookAfter(red, directory);
    return { store: new FilePositionStore(directory), spools: files, memoryOnly: false };
  }
  const stores = contextStores(red);
  const module = stores.get(name);
  // Node-RED itself would use its default store in silence.
  if (module === undefined) return { missing: name };
  const values = keyValueStore(globalContext, name);
  const store = new ContextPositionStore(values);
  // What the server was told was received outlives a restart, also where the position does not.
  if (module === 'memory') return { store, spools: files, memoryOnly: true };
  lookAfterContext(red, name, values);
  return { store, spools: new ContextSpools(values), memoryOnly: false };
}

const lookedAfter = new Set<string>();

/** Once for each start of Node-RED: whether another one uses the directory, and whether there is something in it for nobody. */
function lookAfter(red: NodeAPI, directory: string): void {
  if (lookedAfter.has(directory)) return;
  lookedAfter.add(directory);
  const texts = new Texts(red);
  const watch = new DirectoryWatch(directory, systemClock, ({ pid, host }) => {
    red.log.warn(texts.text('position.shared', { directory, pid, host }));
  });
  watch.start();
  process.once('exit', () => {
    watch.leave();
  });
  red.events.once('flows:started', () => {
    void removeOrphans(directory, systemClock, existing(red));
    // What waits for a node that runs is sent at once: what is old is nobody's.
    void removeOrphans(spoolDirectory(red), systemClock, () => false, SPOOL_SUFFIX);
  });
}

const lookedAfterContexts = new Set<string>();

/** Once for each start of Node-RED: whether there is something in a context store for nobody. */
function lookAfterContext(red: NodeAPI, name: string, values: KeyValueStore): void {
  if (lookedAfterContexts.has(name)) return;
  lookedAfterContexts.add(name);
  const orphans = new ContextOrphans(values, systemClock, (node) => existing(red)(node));
  red.events.once('flows:started', () => {
    orphans.start();
  });
}

/** Tells of ids whether there are nodes with them in the flows as they are now. */
function existing(red: NodeAPI): (node: string) => boolean {
  const nodes = new Set<string>();
  red.nodes.eachNode(({ id }) => {
    nodes.add(id);
  });
  // A node inside an instance of a subflow is named after the instance: "<instance>-<node>".
  return (node) => nodes.has(node) || [...nodes].some((id) => node.startsWith(`${id}-`));
}

/** The context stores of settings.js by name, each with its module, an alias resolved to what it stands for. */
function contextStores(red: NodeAPI): Map<string, unknown> {
  const configured = (red.settings as { contextStorage?: Record<string, unknown> }).contextStorage ?? {};
  const stores = new Map<string, unknown>();
  for (const [name, value] of Object.entries(configured)) {
    const target = typeof value === 'string' ? configured[value] : value;
    stores.set(name, (target as { module?: unknown } | undefined)?.module ?? 'unknown');
  }
  if (stores.size === 0) stores.set('default', 'memory').set('memory', 'memory');
  return stores;
}

/** Node-RED's callbacks as promises: some stores answer asynchronously, all may fail. */
function keyValueStore(context: NodeContextData, store: string): KeyValueStore {
  const settle =
    <T>(resolve: (value: T) => void, reject: (reason: Error) => void) =>
    (error: unknown, value: T) => {
      if (error) reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
      else resolve(value);
    };
  return {
    get: (key) =>
      new Promise((resolve, reject) => {
        context.get(key, store, settle<unknown>(resolve, reject));
      }),
    set: (key, value) =>
      new Promise((resolve, reject) => {
        const done = settle<undefined>(() => {
          resolve();
        }, reject);
        context.set(key, value, store, done as (error: Error) => void);
      }),
    keys: () =>
      new Promise((resolve, reject) => {
        context.keys(
          store,
          settle<unknown[]>((keys) => {
            resolve(keys.map(String));
          }, reject),
        );
      }),
  };
}
