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
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { LogEntry, NodeRedRecord } from './node-red-record.js';

/** The part of Node-RED's embedding interface that is used here; its published types do not cover hooks. */
interface NodeRedRuntime {
  init(server: unknown, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: RequestListener;
  readonly httpNode: RequestListener;
  readonly hooks: { add(hook: string, handler: (sent: SendEvent[]) => void): void };
  readonly events: { on(event: string, listener: (detail: never) => void): void };
}

interface SendEvent {
  readonly msg: object;
  readonly source: { readonly id: string; readonly port: number; readonly node?: { readonly type?: string } };
}

interface RawLogEntry extends Omit<LogEntry, 'kind' | 'text'> {
  readonly msg: unknown;
}

/** Whose messages are told: our own nodes', and those that pass errors and statuses on to flows. */
const TOLD = /^(ews-.*|catch|status)$/;
/** Where the lines go. */
const TO_PARENT = 3;
/** Core nodes that no test here uses: without them, Node-RED is up in half the time. */
const NOT_LOADED = [
  ...['05-tls.js', '06-httpproxy.js', '10-mqtt.js', '21-httpin.js', '21-httprequest.js', '22-websocket.js'],
  ...['31-tcpin.js', '32-udp.js', '70-CSV.js', '70-HTML.js', '70-JSON.js', '70-XML.js', '70-YAML.js', '17-split.js'],
  ...['18-sort.js', '19-batch.js', '10-file.js', '23-watch.js', '90-exec.js', '80-template.js', '89-delay.js'],
  ...['89-trigger.js', 'rbe.js', '16-range.js', '60-link.js', '24-complete.js'],
];

function tell(record: NodeRedRecord): void {
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

async function main([userDir = '.', port = '0', settings = '{}']: string[]): Promise<void> {
  const require = createRequire(__filename);
  const RED = require('node-red') as NodeRedRuntime;
  // Express comes with Node-RED; it is found from there.
  const express = createRequire(require.resolve('node-red'))('express') as () => RequestListener & {
    use(path: string, handler: RequestListener): void;
  };
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  const { port: taken } = server.address() as AddressInfo;

  RED.init(server, {
    userDir,
    flowFile: 'flows.json',
    credentialSecret: 'of this test',
    uiHost: '127.0.0.1',
    uiPort: taken,
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    disableEditor: true,
    nodesExcludes: NOT_LOADED,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false } },
    logging: { lines: { level: 'debug', metrics: false, handler: () => tellLog } },
    ...(JSON.parse(settings) as object),
  });
  app.use('/', RED.httpAdmin);
  app.use('/', RED.httpNode);
  RED.hooks.add('onSend.tell', tellMessages);
  RED.events.on('node-status', ({ id, status }: { id: string; status?: object }) => {
    tell({ kind: 'status', node: id, status: status ?? {} });
  });
  RED.events.on('flows:started', () => {
    tell({ kind: 'started' });
  });

  let stopping = false;
  process.on('SIGTERM', () => {
    if (stopping) return;
    stopping = true;
    server.closeAllConnections();
    server.close();
    void RED.stop().then(() => process.exit(0));
  });
  process.stdin.once('close', () => process.exit(1)).resume();

  // Flows are loaded after the start, and a deploy before that would be lost.
  const loaded = new Promise((resolve) => {
    RED.events.on('flows:started', resolve);
  });
  await RED.start();
  await loaded;
  tell({ kind: 'ready', port: taken });
}

void main(process.argv.slice(2));
