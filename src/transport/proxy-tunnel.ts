import { request } from 'node:http';
import type { Socket } from 'node:net';
import { EwsError } from '../protocol/ews-error.js';
import { proxyHeaders, type HttpProxy } from './http-proxy.js';
import { offeredSchemes } from './offered-schemes.js';

/**
 * Has a proxy, to which `socket` leads, pass everything on to a server from now on (RFC 9110, 9.3.6).
 * Throws an `EwsError` when the proxy will not.
 */
export async function openTunnel(socket: Socket, server: URL, proxy: HttpProxy, giveUp: AbortSignal): Promise<void> {
  const target = `${server.hostname}:${server.port || '443'}`;
  await new Promise<void>((resolve, reject) => {
    const asking = request({
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyHeaders(proxy) },
      createConnection: () => socket,
    });
    const abort = () => asking.destroy(giveUp.reason as Error);
    giveUp.addEventListener('abort', abort, { once: true });
    asking.once('close', () => {
      giveUp.removeEventListener('abort', abort);
    });
    // Node's client hands over the socket whatever the status is.
    asking.once('connect', ({ statusCode = 0, headers }) => {
      if (statusCode >= 200 && statusCode < 300) resolve();
      else {
        socket.destroy();
        reject(proxyError(statusCode, headers['proxy-authenticate'], proxy.origin, target));
      }
    });
    asking.once('error', reject);
    asking.end();
  });
}

/** The error for what a proxy answered in place of the server. */
export function proxyError(
  status: number,
  offers: string | string[] | undefined,
  origin: string,
  target: string,
): EwsError {
  if (status !== 407) {
    const text = `The proxy ${origin} does not let through to ${target} (HTTP ${status}).`;
    return new EwsError('EWS_PROXY', text, { httpStatus: status });
  }
  const schemes = offeredSchemes(offers);
  const only =
    schemes.length > 0 && !schemes.includes('Basic')
      ? ` It takes ${schemes.join(', ')}, and these nodes sign in to proxies with Basic only.`
      : '';
  return new EwsError(
    'EWS_PROXY_UNAUTHORIZED',
    `The proxy ${origin} refuses the user name or the password that it was given, or wants some (HTTP 407).${only}`,
    { httpStatus: status },
  );
}
