import assert from 'node:assert/strict';
import type { ResponseRecord } from '../../dist/src/sandbox/http/request-record.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { FlowNode, NodeRed } from './node-red-process.js';

/** Seconds between two polls: short, so that tests need not wait. */
export const INTERVAL = '0.1';

/** So many mails, each three events, may wait to be told; the sandbox remembers thousands. */
const MOST_AHEAD = 600;

/** Whether a status is that of a node which watches one mailbox: it may tell when the last event came. */
function isConnected(text = ''): boolean {
  return text === 'node-red:common.status.connected' || text.startsWith('connected · last ');
}

let labs = 0;

/**
 * A sandbox in this process, and flows for a Node-RED in another to watch it. The ids of nodes are never used again,
 * so that several labs, one after the other, can share a Node-RED.
 */
export class RuntimeLab {
  /** What the server was asked and how it answered, in order. */
  readonly responses: ResponseRecord[] = [];
  readonly #number = (labs += 1);
  #delivering: NodeJS.Timeout | undefined;

  private constructor(
    readonly red: NodeRed,
    readonly sandbox: Sandbox,
  ) {
    sandbox.onResponse((response) => this.responses.push(response));
  }

  static async open(red: NodeRed): Promise<RuntimeLab> {
    red.records = [];
    return new RuntimeLab(red, await startSandbox());
  }

  /** A node's id in this lab. */
  id(name: string): string {
    return `${name}-${this.#number}`;
  }

  tab(more: object = {}, name = 'tab'): FlowNode {
    return { id: this.id(name), type: 'tab', label: name, disabled: false, ...more };
  }

  account(more: object = {}): FlowNode {
    const { url, user, password } = this.sandbox;
    return {
      ...{ id: this.id('account'), type: 'ews-account', name: 'Account', server: 'url', url, auth: 'basic' },
      ...{ email: '', version: 'Exchange2010_SP2', tls: '', timeout: '10', credentials: { username: user, password } },
      ...more,
    };
  }

  /** A node that watches for new mail, which is one event for each delivery. */
  pull(more: object = {}, name = 'pull'): FlowNode {
    return {
      ...this.#node('ews-pull', name),
      ...{ account: this.id('account'), source: 'self', interval: INTERVAL, subscriptionTimeout: '30' },
      ...{ mailbox: '', access: 'delegate', allFolders: false, folders: [{ id: 'inbox', name: 'Inbox' }] },
      ...{ events: ['NewMail'], output: 'event', missed: 'recover', store: '', wires: [[this.id('sink')]] },
      ...more,
    };
  }

  subscribe(more: object = {}, name = 'subscribe'): FlowNode {
    return {
      ...this.#node('ews-subscribe', name),
      ...{ account: this.id('account'), delivery: 'pull', subscriptionTimeout: '30', mailbox: '', access: 'delegate' },
      ...{ allFolders: false, folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'], wires: [[], []] },
      ...more,
    };
  }

  /** A button whose messages a test fills in. */
  button(target: string, name = 'button'): FlowNode {
    return { ...this.#node('inject', name), props: [], repeat: '', once: false, wires: [[this.id(target)]] };
  }

  /** Where messages end: a node without a wire sends none. */
  sink(): FlowNode {
    return { ...this.#node('debug', 'sink'), active: false, tosidebar: false, console: false, complete: 'payload' };
  }

  node(type: string, name: string, more: object): FlowNode {
    return { ...this.#node(type, name), ...more };
  }

  /** A tab with one node that watches. */
  flow(pull: object = {}, account: object = {}): FlowNode[] {
    return [this.tab(), this.account(account), this.pull(pull), this.sink()];
  }

  #node(type: string, name: string): FlowNode {
    return { id: this.id(name), type, z: this.id('tab'), name: '', x: 100, y: 100, wires: [] };
  }

  /** Deploys flows and waits until a node is connected. */
  async connect(flows = this.flow(), ...names: string[]): Promise<void> {
    await this.red.deploy(flows);
    await this.connected(...names);
  }

  /** Resolves once nodes show that they are connected. */
  async connected(...names: string[]): Promise<void> {
    const ids = (names.length > 0 ? names : ['pull']).map((name) => this.id(name));
    await this.red.until(() => ids.every((id) => isConnected(this.red.status(id).text)));
  }

  /** Delivers mails and returns their ids. */
  deliver(count = 1): string[] {
    return Array.from({ length: count }, (_, at) => this.sandbox.mailbox().deliver({ subject: `Mail ${at}` }).id);
  }

  /**
   * Delivers mails every few milliseconds until told to stop, which returns the ids of all; never so far ahead of what
   * was told that a sandbox forgets them while a busy machine starts Node-RED.
   */
  keepDelivering(): { readonly ids: readonly string[]; stop(): readonly string[] } {
    const ids: string[] = [];
    this.#delivering = setInterval(() => {
      if (ids.length < this.red.records.length + MOST_AHEAD) ids.push(...this.deliver(3));
    }, 10);
    return {
      ids,
      stop: () => {
        clearInterval(this.#delivering);
        return ids;
      },
    };
  }

  /** The items that a node has sent events of. */
  items(name = 'pull'): string[] {
    return this.red.items(this.id(name));
  }

  /** Delivers one more mail and waits for its event: what came before it is all that comes. */
  async settled(...names: string[]): Promise<string> {
    const [last = ''] = this.deliver();
    const watching = names.length > 0 ? names : ['pull'];
    await this.red.until(() => watching.every((name) => this.items(name).includes(last)));
    return last;
  }

  /** Fails unless the events of exactly these items, in this order, were sent by each of these nodes. */
  async assertExactly(delivered: readonly string[], ...names: string[]): Promise<void> {
    const expected = [...delivered, await this.settled(...names)];
    for (const name of names.length > 0 ? names : ['pull']) assert.deepEqual(this.items(name), expected);
  }

  /** Whether each message that a node has sent was found by catching up. */
  recovered(name = 'pull'): boolean[] {
    return this.red.messages(this.id(name)).map(({ msg }) => msg.ews.recovered as boolean);
  }

  /** How often the server was asked for an operation. */
  asked(operation: string): number {
    return this.responses.filter((one) => one.operation === operation).length;
  }

  /** Takes the flows away, then the sandbox. */
  async close(): Promise<void> {
    clearInterval(this.#delivering);
    try {
      if (this.red.isUp()) await this.red.deploy([]);
    } finally {
      await this.sandbox.close();
    }
  }
}
