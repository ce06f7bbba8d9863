import type { EventType } from '../../dist/src/protocol/event-type.js';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { FlowNode } from '../support/node-red-process.js';
import { WATCHED } from './ledger.js';
import { MAILBOXES, type ServerName } from './script.js';

/** A node that watches, and the mailboxes it does so in. */
export interface Watcher {
  readonly id: string;
  readonly server: ServerName;
  /** By their addresses. */
  readonly mailboxes: readonly string[];
  readonly types: readonly EventType[];
  readonly isStream: boolean;
  /** How long it gathers events, in milliseconds; 0 for not at all. */
  readonly calmMs: number;
  /** Whether its events wait on disk before they are sent. */
  readonly isSpooled: boolean;
  /** The button that has its subscription made, if it does not make it itself. */
  readonly button?: string;
}

/** The addresses of the mailboxes of a server: the account's own first. */
export function addresses(sandbox: Sandbox): string[] {
  return [sandbox.user, ...Array.from({ length: MAILBOXES - 1 }, (_, at) => `other${at}@sandbox.example`)];
}

const SHARED = {
  ...{ mailbox: '', access: 'delegate', allFolders: false, folders: [{ id: 'inbox', name: 'Inbox' }] },
  ...{ events: WATCHED, output: 'event', missed: 'recover', store: '', subscriptionTimeout: '30' },
  ...{ connectionTimeout: '1', statusFrequency: '1', path: '', publicUrl: '', interval: '0.3' },
  ...{ include: 'none', bodyType: 'text', calm: '0', filter: [] },
};
const TYPES = { pull: 'ews-pull', stream: 'ews-stream', push: 'ews-push-in' } as const;
const DELIVERIES = { pull: 'pull', stream: 'streaming', push: 'push' } as const;
type Kind = keyof typeof TYPES;
/** What the nodes that are fed watch: only mail, where that is the harder thing to tell; notifications as wholes. */
const FED = {
  pull: { events: ['NewMail'], output: 'event' },
  stream: { events: ['NewMail', 'Deleted'], output: 'notification' },
  push: { events: WATCHED, output: 'notification' },
} as const;

/** What a node does whose events wait before they are sent: it looks items up, or gathers what happens to one. */
interface Waiting {
  readonly calm?: string;
  readonly include?: string;
  readonly output?: string;
}
const WAITING: Readonly<Record<ServerName, Record<Kind, Waiting>>> = {
  exchange: {
    pull: { calm: '1' },
    stream: { include: 'summary' },
    push: { include: 'summary', output: 'notification' },
  },
  grommunio: { pull: { include: 'summary' }, stream: { calm: '1' }, push: {} },
};

/** The flows for a server: its account, and nodes of each delivery; some are fed by ews-subscribe, some send what waits. */
export function flowsFor(server: ServerName, sandbox: Sandbox): { flows: FlowNode[]; watchers: Watcher[] } {
  const kinds: Kind[] = server === 'exchange' ? ['pull', 'stream', 'push'] : ['pull', 'stream'];
  const [own = '', other = ''] = addresses(sandbox);
  const tab = `${server}-tab`;
  const account = `${server}-account`;
  const sink = `${server}-sink`;
  const flows: FlowNode[] = [];
  const watchers: Watcher[] = [];
  const add = (type: string, id: string, more: object) =>
    flows.push({ id, type, z: tab, name: '', x: 100, y: 100, ...more });

  flows.push({ id: tab, type: 'tab', label: server, disabled: false }, accountNode(account, sandbox));
  add('debug', sink, { active: false, tosidebar: false, console: false, complete: 'payload', wires: [] });
  add('catch', `${server}-catch`, { scope: null, uncaught: false, wires: [[sink]] });
  for (const kind of kinds) {
    const self = `${server}-${kind}`;
    const both = kind === 'stream';
    const mailbox = both ? `${own}, ${other}` : '';
    const access = both ? 'impersonate' : 'delegate';
    add(TYPES[kind], self, { ...SHARED, account, source: 'self', mailbox, access, wires: [[sink]] });
    const isStream = kind === 'stream';
    const atOnce = { calmMs: 0, isSpooled: false };
    watchers.push({ id: self, server, mailboxes: both ? [own, other] : [own], types: WATCHED, isStream, ...atOnce });

    const waits = `${server}-${kind}-waiting`;
    const how = WAITING[server][kind];
    add(TYPES[kind], waits, { ...SHARED, ...how, account, source: 'self', wires: [[sink]] });
    const calmMs = Number(how.calm ?? 0) * 1000;
    watchers.push({ id: waits, server, mailboxes: [own], types: WATCHED, isStream, calmMs, isSpooled: true });

    const fed = `${server}-${kind}-adopted`;
    const [button, subscribe] = [`${fed}-button`, `${fed}-subscribe`];
    add(TYPES[kind], fed, { ...SHARED, ...FED[kind], account, source: 'input', wires: [[sink]] });
    add('ews-subscribe', subscribe, {
      ...{ ...SHARED, ...FED[kind], account, mailbox: other, access: 'impersonate', delivery: DELIVERIES[kind] },
      ...(kind === 'push' ? { pushIn: [fed] } : {}),
      wires: [kind === 'push' ? [] : [fed], []],
    });
    add('inject', button, { props: [], repeat: '', once: false, wires: [[subscribe]] });
    watchers.push({ id: fed, server, mailboxes: [other], types: FED[kind].events, isStream, ...atOnce, button });
  }
  return { flows, watchers };
}

function accountNode(id: string, { url, user, password }: Sandbox): FlowNode {
  return {
    ...{ id, type: 'ews-account', name: 'Account', server: 'url', url, auth: 'basic', email: '' },
    ...{ version: 'Exchange2010_SP2', tls: '', timeout: '10', credentials: { username: user, password } },
  };
}
