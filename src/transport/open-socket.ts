import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { EwsError } from '../protocol/ews-error.js';
import type { HttpProxy } from './http-proxy.js';
import { networkError } from './network-error.js';
import { rememberCertificate } from './peer-certificate.js';
import { openTunnel } from './proxy-tunnel.js';
import { secureContext } from './secure-context.js';
import type { TlsOptions } from './tls-options.js';

/** How soon an idle connection is checked by the system, in milliseconds: firewalls forget quiet ones. */
const KEEP_ALIVE_MS = 60_000;

export interface Route {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  readonly tls: TlsOptions;
  /** The proxy that leads there, if there is one. */
  readonly proxy?: HttpProxy | undefined;
}

/**
 * A connection that requests to the server can be written on: through TLS where the server speaks it, and through a
 * tunnel of the proxy then. Rejects with what the network said, or an `EwsError` of the proxy's.
 * @param giveUp ends the attempt, with its reason
 */
export async function openSocket({ origin, tls, proxy }: Route, giveUp: AbortSignal): Promise<Socket> {
  const server = new URL(origin);
  if (!proxy) return server.protocol === 'https:' ? overTls(server, tls, giveUp) : overTcp(server, giveUp);
  const toProxy = await connectToProxy(proxy.origin, tls, giveUp);
  if (server.protocol !== 'https:') return toProxy;
  await openTunnel(toProxy, server, proxy, giveUp);
  return overTls(server, tls, giveUp, toProxy);
}

/** A connection to a proxy. Rejects with an `EwsError` that says that the proxy is to blame. */
export async function connectToProxy(origin: string, { ca }: TlsOptions, giveUp: AbortSignal): Promise<Socket> {
  const proxy = new URL(origin);
  try {
    // What else a TLS configuration says, a client certificate or another name, is for the server.
    return proxy.protocol === 'https:' ? await overTls(proxy, { ca }, giveUp) : await overTcp(proxy, giveUp);
  } catch (thrown) {
    const { code, message, cause } = networkError(thrown, origin);
    throw new EwsError(code, `The proxy on the way cannot be used. ${message}`, { cause });
  }
}

/** A connection to the host and port of a URL, with nothing on it yet. */
export function overTcp(to: URL, giveUp: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: hostOf(to), port: Number(to.port || 80) });
  return ready(socket, 'connect', giveUp);
}

/** TLS to the host of a URL, on a connection that is there already or on one of its own. */
export function overTls(to: URL, tls: TlsOptions, giveUp: AbortSignal, through?: Socket): Promise<Socket> {
  const host = hostOf(to);
  const options: ConnectionOptions = {
    ...tls,
    secureContext: secureContext(tls),
    // Said each time: an environment variable of Node.js that switches verification off for everything has no say here.
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
    host,
    port: Number(to.port || 443),
    // An address is no server name (RFC 6066, 3), but the certificate is checked for it all the same.
    servername: tls.servername || (isIP(host) ? '' : host),
    // Nothing else is spoken here, whatever a TLS configuration says.
    ALPNProtocols: ['http/1.1'],
    // No session is resumed, ever: then the server's certificate, which NTLM binds to, is there on each connection.
    ...(through ? { socket: through } : {}),
  };
  const socket = connectTls(options);
  return ready(socket, 'secureConnect', giveUp, rememberCertificate(socket));
}

/** A name or address without the brackets that URLs put around IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function ready(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  giveUp: AbortSignal,
  explain: (error: Error) => void = () => undefined,
): Promise<Socket> {
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(giveUp.reason as Error);
    giveUp.addEventListener('abort', abort, { once: true });
    if (giveUp.aborted) abort();
    const over = () => {
      giveUp.removeEventListener('abort', abort);
    };
    socket.once('close', () => {
      over();
      reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
    });
    // Stays for good: an error between here and whoever uses the socket must not end the process.
    socket.on('error', (error) => {
      explain(error);
      reject(error);
    });
    socket.once(event, () => {
      over();
      resolve(socket);
    });
  });
}
