import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.js';
import { readEnvelope, writeEnvelope, type RequestHeader } from '../protocol/envelope.js';
import { EwsError } from '../protocol/ews-error.js';
import {
  getStreamingEvents,
  writeGetStreamingEvents,
  type GetStreamingEventsRequest,
} from '../protocol/get-streaming-events.js';
import type { Operation, OperationName } from '../protocol/operation.js';
import type { RequestVersion, ServerVersionInfo } from '../protocol/server-version.js';
import { authenticationWith, type Authentication, type UnsentRequest } from './authentication.js';
import type { Connection, ConnectionOptions, Reply } from './connection.js';
import { AccountBudget } from './account-budget.js';
import { answerTimes } from './answer-times.js';
import { ConnectionPool } from './connection-pool.js';
import { CookieJar } from './cookie-jar.js';
import { isApplication, type Credentials } from './credentials.js';
import { EventStream } from './event-stream.js';
import { checkedUrl } from './ews-url.js';
import { httpError, type HttpAnswer } from './http-error.js';
import type { HttpProxy } from './http-proxy.js';
import { networkError } from './network-error.js';
import type { TokenWay } from './oauth/token-endpoint.js';
import { DEFAULT_MAX_RESPONSE_BYTES, readBody } from './response-body.js';
import type { EwsAnswer, RequestContext } from './request-context.js';
import { SignIn } from './sign-in.js';
import { startedInTurn } from './started-in-turn.js';
import { StreamSocket } from './stream-socket.js';
import type { TlsOptions } from './tls-options.js';
import { unlessAborted } from './unless-aborted.js';

export type { EwsAnswer, RequestContext };

/** Just below the 120 s after which IIS closes an idle connection, in milliseconds. */
const DEFAULT_IDLE_MS = 115_000;

export interface EwsClientOptions {
  /** The address of EWS, for example `https://mail.example.com/EWS/Exchange.asmx`. */
  readonly url: string;
  readonly credentials: Credentials;
  /** How they are used, where that is another way than the one that goes with their type. */
  readonly authentication?: Authentication;
  readonly version: RequestVersion;
  /** Bound on connecting, on the wait for an answer, and on each wait for more of it, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly tls?: TlsOptions;
  /** The proxy that leads to the server, if there is one. */
  readonly proxy?: HttpProxy | undefined;
  /** The proxy that leads to where tokens come from, if there is one. */
  readonly tokenProxy?: HttpProxy | undefined;
  /** Bound on an answer, compressed or not, in bytes. */
  readonly maxResponseBytes?: number;
  /** Requests at once, at most; streams are not among them. */
  readonly maxConcurrent?: number;
  /** Shared with the account's other clients; one of its own, if left out. */
  readonly budget?: AccountBudget | undefined;
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs?: number;
}

/** One client for an account: carries operations to its server and brings back their answers or an `EwsError`. */
export class EwsClient {
  /** What the server said of itself in its last answer. */
  server: ServerVersionInfo | undefined;

  readonly #options: EwsClientOptions;
  readonly #origin: string;
  /** As it may be shown: a query may hold a secret. */
  readonly #pathname: string;
  readonly #path: string;
  readonly #connections: ConnectionOptions;
  readonly #pool: ConnectionPool;
  readonly #authentication: Authentication;
  readonly #signIn: SignIn;
  /** What all clients of its account share. */
  readonly budget: AccountBudget;
  readonly #cookies = new CookieJar();
  readonly #streams = new Set<StreamSocket>();
  readonly #late = new Set<Promise<void>>();
  #closed = false;

  /** Throws `EWS_CONFIGURATION` for a URL that is none. */
  constructor(options: EwsClientOptions) {
    const url = checkedUrl(options.url);
    this.#options = options;
    this.#origin = url.origin;
    this.#pathname = url.pathname;
    this.#path = url.pathname + url.search;
    this.#authentication =
      options.authentication ?? authenticationWith(options.credentials, options.clock, tokenWay(options));
    this.#signIn = new SignIn(this.#authentication, options.clock);
    this.budget = options.budget ?? new AccountBudget(options.clock, options.maxConcurrent);
    this.#connections = {
      origin: url.origin,
      tls: options.tls ?? {},
      proxy: options.proxy,
      connectMs: options.timeoutMs,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
    };
    this.#pool = new ConnectionPool({ ...this.#connections, maxConnections: this.budget.requests.most });
  }

  /** Where its requests go, and how they sign in: for whoever looks at the way step by step. */
  get way(): { readonly route: ConnectionOptions; readonly path: string; readonly scheme: string } {
    return { route: this.#connections, path: this.#path, scheme: this.#authentication.scheme };
  }

  /** Whether it was closed: it makes no more requests. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The version of EWS that its requests are written in. */
  get version(): RequestVersion {
    return this.#options.version;
  }

  /**
   * Makes one request. Throws an `EwsError`, and nothing else, for every way in which it can fail.
   * @param late given what the server answers to a request that had been sent when the signal was aborted: it may have made
   * something that nobody knows of
   */
  async call<Request, Response>(
    operation: Operation<Request, Response>,
    request: Request,
    context: RequestContext = {},
    late?: (response: Response) => Promise<void>,
  ): Promise<EwsAnswer<Response>> {
    const body = writeEnvelope(this.#header(context), operation.write(request));
    await this.budget.gate.pass(context.signal);
    const whole = late ? { ...context, isFinished: true } : context;
    const exchange = this.budget.requests.pass(context.signal, () => this.#exchange(operation, body, whole));
    try {
      return await unlessAborted(exchange, context.signal);
    } catch (error) {
      if (late && context.signal?.aborted) {
        const finishing = exchange.then(({ response }) => late(response)).catch(() => undefined);
        this.#late.add(finishing);
        void finishing.finally(() => this.#late.delete(finishing));
      }
      throw this.#noticed(networkError(error, this.#origin, operation.name));
    }
  }

  /** Resolves when nothing is under way any more whose answer comes too late for who asked. Never rejects. */
  async finished(): Promise<void> {
    await Promise.all(this.#late);
  }

  /**
   * Opens a stream on a connection of its own; resolves when the server has begun to answer.
   * Throws an `EwsError`, and nothing else, for every way in which that can fail.
   */
  async openStream(request: GetStreamingEventsRequest, context: RequestContext = {}): Promise<EventStream> {
    const { name } = getStreamingEvents;
    const body = writeEnvelope(this.#header(context), writeGetStreamingEvents(request));
    await this.budget.gate.pass(context.signal);
    try {
      // Until it begins to answer, the server counts it among the requests.
      const open = () => this.#open(body, context);
      const opening = startedInTurn(this.budget.requests, this.#options.clock, context, open);
      return await unlessAborted(opening, context.signal);
    } catch (error) {
      throw this.#noticed(networkError(error, this.#origin, name));
    }
  }

  /** Forgets the cookies of a group, so that the next request of it may land on any back end. */
  forgetAffinity(group: string): void {
    this.#cookies.forget(group);
  }

  /** Ends all connections. What is under way fails with an `EwsError`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#authentication.close?.();
    await Promise.all([this.#pool.close(), ...[...this.#streams].map((socket) => socket.destroy())]);
  }

  /** A busy server asks the whole account for quiet. */
  #noticed(error: EwsError): EwsError {
    if (error.action === 'wait' && error.backOffMs !== undefined) this.budget.gate.close(error.backOffMs);
    return error;
  }

  #header(context: RequestContext): RequestHeader {
    const { version, credentials } = this.#options;
    const owner = isApplication(credentials) && context.mailbox ? { primarySmtpAddress: context.mailbox } : undefined;
    const impersonate = context.impersonate ?? owner;
    return impersonate ? { version, impersonate } : { version };
  }

  async #open(body: string, context: RequestContext): Promise<EventStream> {
    const { maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = this.#options;
    const socket = new StreamSocket(this.#connections, this.#options.clock);
    this.#streams.add(socket);
    socket.onceOver(() => this.#streams.delete(socket));
    try {
      const request = this.#unsent(socket, body, context, true);
      return await this.#signIn.send(
        request,
        async (reply) => {
          if (reply.status === 200) return new EventStream(socket, reply.body, this.#origin, maxResponseBytes);
          const text = await readBody(reply.body, reply.headers['content-encoding'], maxResponseBytes);
          throw this.#errorAnswer(text, this.#answer(reply), getStreamingEvents.name);
        },
        () => {
          this.#check(context, getStreamingEvents.name);
        },
      );
    } catch (error) {
      this.#streams.delete(socket);
      await socket.destroy();
      throw error;
    }
  }

  async #exchange<Request, Response>(
    operation: Operation<Request, Response>,
    body: string,
    context: RequestContext,
  ): Promise<EwsAnswer<Response>> {
    const connection = await this.#pool.acquire();
    let reusable = false;
    try {
      const request = this.#unsent(connection, body, context, false);
      const { clock } = this.#options;
      const askedAt = clock.now();
      const answer = await this.#signIn.send(
        request,
        async (reply) => {
          const times = answerTimes(reply.headers, clock.now() - askedAt);
          const { maxResponseBytes = this.#maxResponseBytes } = context;
          const text = await readBody(reply.body, reply.headers['content-encoding'], maxResponseBytes);
          const response = this.#read(operation, text, this.#answer(reply), maxResponseBytes);
          return { response, ...times };
        },
        () => {
          this.#check(context, operation.name);
        },
      );
      // After anything that went wrong - above all after a SOAP Fault, which some servers follow with a stray second
      // answer - the connection is not trusted again.
      reusable = true;
      return answer;
    } finally {
      this.#pool.release(connection, reusable);
    }
  }

  /** Whoever waited for a connection or for the outcome of a login may not want the answer any more. */
  #check({ signal }: RequestContext, operation: OperationName): void {
    if (!this.#closed && !signal?.aborted) return;
    throw new EwsError('EWS_NETWORK', 'The request was given up before it was sent.', { operation });
  }

  #unsent(connection: Connection, body: string, context: RequestContext, isStream: boolean): UnsentRequest {
    const { timeoutMs } = this.#options;
    return {
      connection,
      origin: this.#origin,
      send: async (authorization, part = 'whole') => {
        const whole = part === 'whole';
        const reply = await connection.request({
          path: this.#path,
          // The cookie is read each time: the answer to a greeting may have brought one.
          headers: { ...this.#headers(context, isStream), ...authorization },
          body: whole ? body : undefined,
          // How long a stream may be silent is not judged here.
          timeoutMs: isStream && whole ? 0 : timeoutMs,
          // "Connection: close", without which some servers keep the connection open when the stream is over.
          last: isStream && whole,
          signal: context.isFinished ? undefined : context.signal,
        });
        this.#takeCookies(context, reply.headers);
        return reply;
      },
    };
  }

  #answer({ status, headers }: Pick<Reply, 'status' | 'headers'>): HttpAnswer {
    const { scheme } = this.#authentication;
    return { status, headers, scheme, origin: this.#origin, path: this.#pathname, proxy: this.#options.proxy?.origin };
  }

  get #maxResponseBytes(): number {
    return this.#options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
  }

  #read<Request, Response>(
    operation: Operation<Request, Response>,
    text: string,
    answer: HttpAnswer,
    maxLength: number,
  ): Response {
    if (answer.status !== 200) throw this.#errorAnswer(text, answer, operation.name);
    const usual = operation.readUsual?.(text, maxLength);
    if (usual) {
      if (usual.server) this.server = usual.server;
      return usual.content;
    }
    const envelope = readEnvelope(text, operation.name, maxLength);
    if (envelope.server) this.server = envelope.server;
    return operation.read(envelope.response);
  }

  /** Exchange sends SOAP Faults with HTTP 500; they say more than the status does. */
  #errorAnswer(text: string, answer: HttpAnswer, operation: OperationName): EwsError {
    const plain = httpError(answer, this.#options.clock.now(), operation);
    if (answer.status < 500) return plain;
    try {
      readEnvelope(text, operation, this.#options.maxResponseBytes);
    } catch (error) {
      if (error instanceof EwsError && error.code !== 'EWS_MALFORMED' && error.code !== 'EWS_TOO_LARGE') return error;
    }
    return plain;
  }

  #headers(context: RequestContext, isStream: boolean): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'text/xml; charset=utf-8',
      accept: 'text/xml',
      // Compression would have every proxy on the way collect bytes of a stream before it hands them on.
      'accept-encoding': isStream ? 'identity' : 'gzip',
      'user-agent': 'node-red-ews-notifications',
    };
    if (context.affinity) {
      headers['x-anchormailbox'] = context.affinity.anchorMailbox;
      headers['x-preferserveraffinity'] = 'true';
    }
    const cookie = this.#cookies.header(context.affinity?.group ?? '');
    if (cookie !== undefined) headers.cookie = cookie;
    return headers;
  }

  #takeCookies(context: RequestContext, headers: IncomingHttpHeaders): void {
    this.#cookies.take(context.affinity?.group ?? '', headers['set-cookie'], this.#options.clock.now());
  }
}

function tokenWay({ tls = {}, tokenProxy, timeoutMs }: EwsClientOptions): TokenWay {
  return { tls, proxy: tokenProxy, timeoutMs };
}
