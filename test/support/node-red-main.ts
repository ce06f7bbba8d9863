/**
 * A Node-RED in a process of its own, for tests that restart and kill it:
 *
 *   node node-red-main.js <user directory> <port, 0 for a free one> [settings as JSON]
 *
 * What happens in it is told on file descriptor 3, a JSON line for each {@link NodeRedRecord}. Writing waits until the
 * system has the line, so that nothing is lost when the process is killed. It ends on SIGTERM, as Node-RED does, and
 * when whoever started it is gone.
 */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { inspect } from 'node:util';
import { loadNodeRed, startEmbedded, type SendEvent } from './embedded-node-red.js';
import type { LogEntry, NodeRedRecord, SentMessage } from './node-red-record.js';

/** A record as it is told: when it is heard of, the other side knows. */
type Told = Exclude<NodeRedRecord, SentMessage> | Omit<SentMessage, 'heardAt'>;

interface RawLogEntry extends Omit<LogEntry, 'kind' | 'text' | 'detail'> {
  readonly msg: unknown;
}

/** Whose messages are told: our own nodes', and those that pass errors and statuses on to flows. */
const TOLD = /^(ews-.*|catch|status)$/;
/** Where the lines go. */
const TO_PARENT = 3;

function tell(record: Told): void {
  writeSync(TO_PARENT, `${JSON.stringify(record)}\n`);
}

function tellLog({ level, id, type, name, msg }: RawLogEntry): void {
  const text = msg instanceof Error ? msg.message : typeof msg === 'string' ? msg : inspect(msg);
  const detail = msg instanceof Error ? { detail: inspect(msg, { depth: 5 }) } : {};
  tell({ kind: 'log', level, text, ...detail, ...(id === undefined ? {} : { id, type, name }) });
}

function tellMessages(sent: SendEvent[]): void {
  // A message that goes along several wires is here once for each.
  const told = new Set<object>();
  for (const { msg, source } of sent) {
    const type = source.node?.type ?? '';
    if (!TOLD.test(type) || told.has(msg)) continue;
    told.add(msg);
    tell({ kind: 'message', node: source.id, type, port: source.port, msg: msg as Record<string, unknown> });
  }
}

interface Published {
  readonly topic: string;
  readonly data: { readonly id: string; readonly msg: string; readonly format: string };
}

/** Nodes publish to the editor; debug nodes what they show. */
function tellPublished({ topic, data }: Published): void {
  if (topic === 'debug') tell({ kind: 'debug', node: data.id, value: data.msg, format: data.format });
}

interface RawSettings {
  readonly contextStorage?: Readonly<Record<string, { readonly module: string }>>;
}

/** Settings as JSON can hold them name a context store by its file; Node-RED wants the module itself. */
function withStores({ contextStorage, ...settings }: RawSettings): object {
  if (!contextStorage) return settings;
  const stores = Object.entries(contextStorage).map(([name, store]) => {
    const module: unknown = isAbsolute(store.module) ? createRequire(__filename)(store.module) : store.module;
    return [name, { ...store, module }];
  });
  return { ...settings, contextStorage: Object.fromEntries(stores) as object };
}

async function main([userDir = '.', port = '0', settings = '{}']: string[]): Promise<void> {
  const RED = loadNodeRed();
  RED.hooks.add('onSend.tell', tellMessages);
  RED.events.on('node-status', ({ id, status }: { id: string; status?: object }) => {
    tell({ kind: 'status', node: id, status: status ?? {} });
  });
  RED.events.on('comms', tellPublished);
  RED.events.on('flows:started', () => {
    tell({ kind: 'started' });
  });
  process.stdin.once('close', () => process.exit(1)).resume();
  const running = await startEmbedded(RED, userDir, Number(port), {
    logging: { lines: { level: 'debug', metrics: false, handler: () => tellLog } },
    ...withStores(JSON.parse(settings) as RawSettings),
  });
  process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
  tell({ kind: 'ready', port: running.port });
}

void main(process.argv.slice(2));
