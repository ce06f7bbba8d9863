import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { networkError } from './network-error.js';
import { offeredSchemes } from './offered-schemes.js';
import { connectToProxy, hostOf, overTcp, overTls } from './open-socket.js';
import { describeCertificate, rawCertificate, type PeerCertificate } from './peer-certificate.js';
import { openTunnel } from './proxy-tunnel.js';
import { unlessAborted } from './unless-aborted.js';

/** So many addresses of a name are told, at most. */
const MAX_ADDRESSES = 8;

/** Where a connection has led. */
export interface Reached {
  readonly address: string;
  readonly port: number;
}

export interface ShownCertificate {
  readonly certificate: PeerCertificate | undefined;
  /** Whether it was checked and found good; `false` only where a TLS configuration switches the check off. */
  readonly verified: boolean;
}

/**
 * The way to a server, gone in steps so that each can be told of. The steps are called in the order in which they stand
 * here; each throws an `EwsError` for what it finds wrong. {@link close} ends it.
 */
export class RouteCheck {
  readonly #route: ConnectionOptions;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #socket: Socket | undefined;

  /** @param signal ends whatever step is under way */
  constructor(route: ConnectionOptions, clock: Clock, signal: AbortSignal) {
    this.#route = route;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** The host that is connected to first, as it is named: the proxy, where there is one. */
  get host(): string {
    return hostOf(new URL(this.#route.proxy?.origin ?? this.#route.origin));
  }

  get isEncrypted(): boolean {
    return this.#route.origin.startsWith('https:');
  }

  /** The addresses of the host; `undefined` where it is named by one. */
  async resolve(): Promise<readonly string[] | undefined> {
    if (isIP(this.host)) return undefined;
    const found = await this.#within(() => unlessAborted(lookup(this.host, { all: true }), this.#signal));
    return found.slice(0, MAX_ADDRESSES).map(({ address }) => address);
  }

  /** Connects, through the proxy where there is one. */
  async connect(): Promise<Reached> {
    const { origin, proxy, tls } = this.#route;
    const server = new URL(origin);
    this.#socket = await this.#within(async (giveUp) => {
      if (!proxy) return overTcp(server, giveUp);
      const socket = await connectToProxy(proxy.origin, tls, giveUp);
      if (this.isEncrypted) await openTunnel(socket, server, proxy, giveUp);
      return socket;
    });
    return { address: this.#socket.remoteAddress ?? '', port: this.#socket.remotePort ?? 0 };
  }

  /** Begins TLS, for which the server shows its certificate. */
  async secure(): Promise<ShownCertificate> {
    const through = this.#socket;
    const socket = await this.#within((giveUp) =>
      overTls(new URL(this.#route.origin), this.#route.tls, giveUp, through),
    );
    this.#socket = socket;
    if (!(socket instanceof TLSSocket)) return { certificate: undefined, verified: false };
    const raw = rawCertificate(socket);
    return { certificate: raw && describeCertificate(raw), verified: socket.authorized };
  }

  /** The ways to sign in that the server offers to one who does not say who it is; none if it does not say. */
  async offers(path: string): Promise<readonly string[]> {
    const connection = new Connection(this.#route);
    try {
      const headers = { 'content-type': 'text/xml; charset=utf-8', 'user-agent': 'node-red-ews-notifications' };
      const timeoutMs = this.#route.connectMs;
      const request = { path, headers, body: undefined, timeoutMs, last: true, signal: this.#signal };
      const reply = await this.#within(() => connection.request(request));
      // Only the head of the answer is of interest, however long the rest is.
      reply.body.on('error', () => undefined).destroy();
      return reply.status === 401 ? offeredSchemes(reply.headers['www-authenticate']) : [];
    } finally {
      await connection.destroy();
    }
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #within<T>(work: (giveUp: AbortSignal) => Promise<T>): Promise<T> {
    const bound = new AbortController();
    const timer = this.#clock.setTimer(() => {
      bound.abort(Object.assign(new Error('Connecting took too long.'), { code: 'UND_ERR_CONNECT_TIMEOUT' }));
    }, this.#route.connectMs);
    try {
      return await work(AbortSignal.any([bound.signal, this.#signal]));
    } catch (thrown) {
      throw networkError(thrown, this.#route.origin);
    } finally {
      this.#clock.clearTimer(timer);
    }
  }
}
