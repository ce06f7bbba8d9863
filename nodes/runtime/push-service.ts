import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { systemClock } from '../../src/clock.js';
import { EwsError } from '../../src/protocol/ews-error.js';
import { EndedTokens } from '../../src/subscriptions/ended-tokens.js';
import { PushDesk } from '../../src/subscriptions/push-desk.js';
import { PushEndpoint } from '../../src/subscriptions/push-endpoint.js';
import type { PushHost } from '../../src/subscriptions/push-host.js';
import { pushSecret, type PushSecret } from '../../src/subscriptions/push-secret.js';
import { derivedPushPath } from '../../src/subscriptions/push-token.js';
import { positionsDirectory } from './positions.js';

/** How long a subscription waits for Node-RED's own HTTP server to listen, in milliseconds. */
const LISTEN_MS = 10_000;

/** What all ews-push-in nodes of a Node-RED share: the one route, and who is called behind it. */
export interface PushService {
  readonly desk: PushDesk;
  /** The nodes that receive what ews-subscribe makes, by id. */
  readonly hosts: Map<string, PushHost>;
  /** The path of a node: the one it is set to, else one that is derived from its id. */
  pathOf(node: string, configured: string): string;
  readonly secret: PushSecret;
}

/** By Node-RED's HTTP app: each type of node is given an interface object of its own, but they share this. */
const services = new WeakMap<object, PushService>();

/** The service of this Node-RED; the first call puts its route in place, where it stays. */
export function pushService(red: NodeAPI): PushService {
  const known = services.get(red.httpNode);
  if (known) return known;
  const directory = positionsDirectory(red);
  const secret = pushSecret(directory);
  const desk = new PushDesk(systemClock, new EndedTokens(join(directory, 'ended-push.json'), systemClock));
  const service: PushService = {
    desk,
    hosts: new Map(),
    secret,
    pathOf: (node, configured) => (configured === '' ? derivedPushPath(secret.value, node) : configured),
  };
  services.set(red.httpNode, service);
  const endpoint = new PushEndpoint(desk, systemClock);
  for (const route of ['/ews/:path', '/ews/:path/:token']) {
    red.httpNode.all(route, (request, response, next) => {
      const { path = '', token } = request.params as { path?: string; token?: string };
      void endpoint.serve(request, response, { path, ...(token === undefined ? {} : { token }) }, next);
    });
  }
  red.events.on('flows:started', () => {
    desk.flowsStand();
  });
  return service;
}

/** Whether this Node-RED serves HTTP for flows at all. */
export function servesHttp(red: NodeAPI): boolean {
  return red.settings.httpNodeRoot !== false;
}

/** The root that Node-RED puts before all paths of flows, without a slash at its end. */
export function httpNodeRoot(red: NodeAPI): string {
  const { httpNodeRoot: root } = red.settings;
  const text = typeof root === 'string' ? root.replace(/^\/+|\/+$/g, '') : '';
  return text === '' ? '' : `/${text}`;
}

/** The address of this Node-RED on its own machine. Rejects with an `EwsError` when it does not listen. */
export async function localAddress(red: NodeAPI): Promise<string> {
  // Somebody who embeds Node-RED may have given it none.
  const { server } = red as { readonly server?: HttpServer };
  if (server && !server.listening) {
    // At a start, flows may run before it listens.
    await once(server, 'listening', { signal: AbortSignal.timeout(LISTEN_MS) }).catch(() => undefined);
  }
  const address = server?.address();
  const bound = typeof address === 'object' ? address : undefined;
  const port = bound?.port ?? red.settings.uiPort;
  if (!port) {
    throw new EwsError('EWS_CONFIGURATION', 'The address of this Node-RED is not known: enter its public URL.');
  }
  const scheme = server instanceof HttpsServer || red.settings.https ? 'https' : 'http';
  return `${scheme}://${hostOf(bound?.address)}:${port}`;
}

function hostOf(address: string | undefined): string {
  if (address === undefined || address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

/** Whether an address is on this machine. Text that is no URL, such as the sandbox's name, is. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { hostname } = new URL(url);
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/i.test(hostname);
}
