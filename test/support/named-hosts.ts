import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { HttpProxy } from '../../dist/src/transport/http-proxy.js';
import { makeAuthority, type TestAuthority } from './certificates.js';
import { forwardTo } from './forward.js';
import { startProxy, type TestProxy } from './http-proxy.js';
import { serve, type TestServer } from './http-server.js';

/** What a host was asked. */
export interface HostRequest {
  /** With its scheme: `https://mail.example.test`. */
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A network of named hosts on loopback ports, which a proxy leads to; all other names lead nowhere. */
export class NamedHosts {
  /** In order, of all hosts. */
  readonly requests: HostRequest[] = [];
  readonly #servers = new Map<string, TestServer>();

  private constructor(
    readonly authority: TestAuthority,
    readonly proxy: TestProxy,
    servers: Map<string, TestServer>,
  ) {
    this.#servers = servers;
  }

  static async start(): Promise<NamedHosts> {
    const servers = new Map<string, TestServer>();
    // Nobody listens at port 9 of this machine, where what is sent would be discarded.
    const proxy = await startProxy({ leadsTo: (host) => servers.get(host)?.port ?? 9 });
    return new NamedHosts(await makeAuthority(), proxy, servers);
  }

  /** A host of that name; `named` is the name in its certificate. */
  async https(name: string, listener: RequestListener, named = name, port = 443): Promise<void> {
    const issued = await this.authority.issue(named);
    const origin = `https://${name}${port === 443 ? '' : `:${port}`}`;
    await this.#add(`${name}:${port}`, await serve(this.#recorded(origin, listener), issued));
  }

  /** A host that speaks plain HTTP. */
  async http(name: string, listener: RequestListener): Promise<void> {
    await this.#add(`${name}:80`, await serve(this.#recorded(`http://${name}`, listener)));
  }

  get way(): HttpProxy {
    return { origin: this.proxy.origin, username: '', password: '' };
  }

  /** The hosts that were told who is calling. */
  get told(): string[] {
    return [
      ...new Set(this.requests.flatMap(({ origin, authorization }) => (authorization === undefined ? [] : origin))),
    ];
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }

  async #add(host: string, server: TestServer): Promise<void> {
    await this.#servers.get(host)?.close();
    this.#servers.set(host, server);
  }

  #recorded(origin: string, listener: RequestListener): RequestListener {
    return (request, response) => {
      const { method = '', url: path = '', headers } = request;
      this.requests.push({ origin, method, path, authorization: headers.authorization });
      listener(request, response);
    };
  }
}

/** Asks everybody for a password, and takes none: who tells it anything has told it too much. */
export function trap(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(401, { 'WWW-Authenticate': ['Basic realm="trap"', 'NTLM', 'Negotiate', 'Bearer'] }).end();
}

/** A server with nothing to tell. */
export function website(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>Not found</html>');
}

export function redirectTo(location: string, status = 302): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { Location: location }).end();
  };
}

export function sends(body: string, status = 200): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'Content-Type': 'text/xml; charset=utf-8' }).end(body);
  };
}

/** A sandbox as it is reached by name. */
export function sandboxAt(sandbox: Sandbox): RequestListener {
  return forwardTo(() => sandbox, 'caller');
}
