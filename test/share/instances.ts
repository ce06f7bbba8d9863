import { join } from 'node:path';
import { projectRoot } from '../support/fixture.js';
import { NodeRed, type FlowNode } from '../support/node-red-process.js';
import { RedisServer } from './redis-server.js';
import type { SandboxAnswer } from './sandbox-main.js';
import { SandboxProcess } from './sandbox-process.js';

/** Between two rounds of mail, in milliseconds. */
const BEAT_MS = 50;
/** So many rounds, at most, while Node-REDs are started: a busy machine takes long. */
const MOST_ROUNDS = 300;

/** Four for each of three, six for each of two. */
export const MAILBOXES = Array.from({ length: 12 }, (_, at) => `info-${at + 1}@sandbox.example`);
/** The nodes that watch all of them, in each Node-RED: by themselves and for ews-subscribe. */
const NODES = ['stream', 'pull', 'adopted-stream'];
/** One whose events wait before they are sent. */
export const WAITING = 'waiting-stream';

const ids = [{ id: 'inbox', name: 'Inbox' }];
const watched = {
  ...{ z: 'tab', name: '', account: 'account', access: 'delegate', allFolders: false, folders: ids },
  ...{ events: ['NewMail'] },
};
const watching = { ...watched, output: 'event', missed: 'recover', store: 'redis', wires: [['sink']] };
/** So that at any time there is something in the store that was not sent yet. */
const waiting = { include: 'summary', calm: '1' };
const byItself = { mailbox: MAILBOXES.join('\n'), share: '${SHARE}' };
const ordered = { ...watched, mailbox: '', share: '${SHARE}' };

/** The same flows for every Node-RED. */
function flows({ url, user, password }: SandboxAnswer, isWaitingToo: boolean): FlowNode[] {
  const account = {
    name: '',
    server: 'url',
    url,
    auth: 'basic',
    email: '',
    version: 'Exchange2010_SP2',
    timeout: '10',
  };
  return [
    { id: 'tab', type: 'tab', label: 'Mailboxes' },
    { id: 'account', type: 'ews-account', ...account, credentials: { username: user, password } },
    { id: 'stream', type: 'ews-stream', ...watching, ...byItself },
    ...(isWaitingToo ? [{ id: WAITING, type: 'ews-stream', ...watching, ...waiting, ...byItself }] : []),
    {
      id: 'button',
      type: 'inject',
      z: 'tab',
      props: [],
      repeat: '',
      once: false,
      wires: [['orders', 'stream-orders']],
    },
    { id: 'orders', type: 'ews-subscribe', ...ordered, delivery: 'pull', wires: [['pull'], ['sink']] },
    { id: 'pull', type: 'ews-pull', ...watching, mailbox: '', source: 'input', interval: '0.2' },
    { id: 'stream-orders', type: 'ews-subscribe', ...ordered, delivery: 'streaming', wires: [['adopted-stream'], []] },
    { id: 'adopted-stream', type: 'ews-stream', ...watching, mailbox: '', source: 'input' },
    { id: 'sink', type: 'debug', z: 'tab', active: false, tosidebar: false, console: false, complete: 'payload' },
  ];
}

/** Node-REDs that share the mailboxes of a sandbox, and positions in Redis. */
export class Instances {
  /** All that were ever started; one that was killed has told what it has told. */
  readonly all: NodeRed[] = [];
  #redis!: RedisServer;
  #where!: SandboxAnswer;
  sandbox!: SandboxProcess;
  /** The nodes that are looked at. */
  watching: readonly string[] = NODES;
  #delivering: Promise<void> = Promise.resolve();
  #stopped = true;

  static async open(): Promise<Instances> {
    const instances = new Instances();
    instances.#redis = await RedisServer.start();
    const { sandbox, where } = await SandboxProcess.start(MAILBOXES);
    instances.sandbox = sandbox;
    instances.#where = where;
    return instances;
  }

  /** A Node-RED more, with a user directory of its own. */
  async add(share: string): Promise<NodeRed> {
    const module = join(projectRoot, 'test', 'share', 'redis-context.cjs');
    const config = { prefix: 'test', socket: { host: '127.0.0.1', port: this.#redis.port } };
    const contextStorage = { default: { module: 'memory' }, redis: { module, config } };
    const red = await NodeRed.start({ contextStorage }, 0, { SHARE: share });
    this.all.push(red);
    await red.deploy(flows(this.#where, this.watching.includes(WAITING)));
    return red;
  }

  /** Has a Node-RED start again, with another share. */
  async changeShare(red: NodeRed, share: string): Promise<void> {
    red.env = { SHARE: share };
    await red.restart();
  }

  /** Has every Node-RED watch exactly these from now on: each gets the whole list. */
  async order(): Promise<void> {
    const up = this.all.filter((red) => red.isUp());
    await Promise.all(up.map((red) => red.inject('button', { action: 'set', payload: MAILBOXES })));
  }

  /** Delivers to all mailboxes, round by round, until told to stop. */
  keepDelivering(): () => Promise<void> {
    this.#stopped = false;
    this.#delivering = this.#deliver();
    return () => {
      this.#stopped = true;
      return this.#delivering;
    };
  }

  async #deliver(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS && !this.#stopped; round += 1) {
      await this.sandbox.deliver(MAILBOXES);
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    }
  }

  /** The ids of the mails of a mailbox that a node has told of in any Node-RED, in the order in which that was heard. */
  told(node: string, mailbox: string): { readonly id: string; readonly by: NodeRed }[] {
    return this.all
      .flatMap((by) => by.messages(node).map((message) => ({ ...message, by })))
      .filter(({ msg }) => msg.ews?.mailbox === mailbox && msg.payload.itemId)
      .sort((a, b) => a.heardAt - b.heardAt)
      .map(({ msg, by }) => ({ id: String(msg.payload.itemId.id), by }));
  }

  /** Resolves when every mail was told by each kind of node. */
  async complete(): Promise<void> {
    const [red] = this.all;
    const missing = () => this.watching.filter((node) => MAILBOXES.some((mailbox) => !this.#isComplete(node, mailbox)));
    await red!.until(() => missing().length === 0);
  }

  #isComplete(node: string, mailbox: string): boolean {
    const told = new Set(this.told(node, mailbox).map(({ id }) => id));
    return (this.sandbox.delivered.get(mailbox) ?? []).every((id) => told.has(id));
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#delivering.catch(() => undefined);
    await Promise.all(this.all.map((red) => red.close()));
    await this.sandbox.close();
    await this.#redis.close();
  }
}
