import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { projectRoot } from './fixture.js';

/** The part of Node-RED's embedding interface that is used here; its published types do not cover hooks. */
export interface NodeRedRuntime {
  init(server: unknown, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: RequestListener;
  readonly httpNode: RequestListener;
  readonly hooks: {
    add(hook: `onSend.${string}`, handler: (sent: SendEvent[]) => void): void;
    add(hook: `onReceive.${string}`, handler: (received: ReceiveEvent) => void): void;
    remove(hook: string): void;
  };
  readonly events: {
    on(event: string, listener: (detail: never) => void): void;
    off(event: string, listener: (detail: never) => void): void;
  };
  readonly nodes: { getNode(id: string): { receive(message: object): void; send(message: object): void } | null };
}

/** A message on its way along a wire, as hooks see it. */
export interface SendEvent {
  readonly msg: object;
  readonly source: { readonly id: string; readonly port: number; readonly node?: { readonly type?: string } };
}

/** A message as a node is given it. */
export interface ReceiveEvent {
  readonly msg: object;
  readonly destination: { readonly id: string };
}

export interface EmbeddedNodeRed {
  readonly port: number;
  stop(): Promise<void>;
}

/** Core nodes that no test uses: without them, Node-RED is up in half the time. */
export const NOT_LOADED = [
  ...['05-tls.js', '06-httpproxy.js', '10-mqtt.js', '21-httpin.js', '21-httprequest.js', '22-websocket.js'],
  ...['31-tcpin.js', '32-udp.js', '70-CSV.js', '70-HTML.js', '70-JSON.js', '70-XML.js', '70-YAML.js', '17-split.js'],
  ...['18-sort.js', '19-batch.js', '10-file.js', '23-watch.js', '90-exec.js', '80-template.js', '89-delay.js'],
  ...['89-trigger.js', 'rbe.js', '16-range.js', '60-link.js', '24-complete.js'],
];

/** The Node-RED that is a development dependency. There is one in a process. */
export function loadNodeRed(): NodeRedRuntime {
  return createRequire(__filename)('node-red') as NodeRedRuntime;
}

/**
 * Starts Node-RED, without its editor, in this process on a loopback port (0 for a free one). Resolves when the flows
 * in the user directory run, for a deploy that comes before they are loaded would be lost.
 */
export async function startEmbedded(
  RED: NodeRedRuntime,
  userDir: string,
  port: number,
  settings: object,
): Promise<EmbeddedNodeRed> {
  // Express comes with Node-RED; it is found from there.
  const require = createRequire(createRequire(__filename).resolve('node-red'));
  const express = require('express') as () => RequestListener & { use(path: string, handler: RequestListener): void };
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
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
    ...settings,
  });
  app.use('/', RED.httpAdmin);
  // As Node-RED's own starter does.
  const { httpNodeRoot = '/' } = settings as { httpNodeRoot?: string | false };
  if (httpNodeRoot !== false) app.use(httpNodeRoot, RED.httpNode);
  const loaded = new Promise<void>((resolve) => {
    RED.events.on('flows:started', () => resolve());
  });
  await RED.start();
  await loaded;
  return {
    port: taken,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await RED.stop();
    },
  };
}

/** Puts the package into a user directory as npm would have: here, a link to this checkout. */
export function linkPackage(userDir: string): void {
  const { name } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { name: string };
  const link = join(userDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(projectRoot, link, 'junction');
}
