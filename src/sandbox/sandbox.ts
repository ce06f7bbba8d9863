import { systemClock, type Clock } from '../clock.js';
import type { AutodiscoverSettings } from './autodiscover/autodiscover-settings.js';
import { characterNamed } from './characters/index.js';
import { EWS_PATH, Handler } from './http/handler.js';
import { Listener } from './http/listener.js';
import type { RequestRecord, ResponseRecord } from './http/request-record.js';
import type { Mailbox } from './mailbox/mailbox.js';
import type { Failure } from './misbehaviour/failure.js';
import { Misbehaviour } from './misbehaviour/misbehaviour.js';
import type { Account } from './model/account.js';
import { Exchange } from './model/exchange.js';
import { DEFAULT_LIMITS } from './model/limits.js';
import { Random } from './random.js';
import { DEMO_USER, SANDBOX_PASSWORD, type MailboxOptions, type SandboxOptions } from './sandbox-options.js';

/** An Exchange in memory that speaks EWS over HTTP on the loopback address. */
export class Sandbox {
  /** A user with a mailbox, who logs on with the address. */
  readonly user = DEMO_USER;
  readonly password = SANDBOX_PASSWORD;
  readonly clock: Clock;
  readonly #exchange: Exchange;
  readonly #handler: Handler;
  readonly #listener: Listener;
  readonly #misbehaviour: Misbehaviour;
  readonly #onRequest = new Set<(record: RequestRecord) => void>();
  readonly #onResponse = new Set<(record: ResponseRecord) => void>();

  /** Use {@link startSandbox}. */
  constructor(options: SandboxOptions) {
    const { clock = systemClock, seed = 1, port = 0, version = 'Exchange2016', unref = false, backEnds = 1 } = options;
    this.clock = clock;
    this.#misbehaviour = new Misbehaviour(new Random(seed ^ 0xbad));
    this.#exchange = new Exchange({
      clock,
      random: new Random(seed),
      character: characterNamed(options.character ?? 'exchange'),
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      push: { firstCall: 'after', ...options.push, misbehaviour: this.#misbehaviour },
    });
    this.#handler = new Handler({
      exchange: this.#exchange,
      misbehaviour: this.#misbehaviour,
      version,
      backEnds,
      url: () => this.url,
      onRequest: (record) => this.#onRequest.forEach((listener) => listener(record)),
      onResponse: (record) => this.#onResponse.forEach((listener) => listener(record)),
    });
    this.#listener = new Listener({
      port,
      unref,
      handle: (request, response) => this.#handler.handle(request, response),
      ...(options.tls ? { tls: options.tls } : {}),
    });
    this.addMailbox(this.user, { displayName: 'Demo' });
  }

  /** Where EWS is: `http://127.0.0.1:49152/EWS/Exchange.asmx` */
  get url(): string {
    return this.#listener.origin + EWS_PATH;
  }

  /** What Autodiscover tells from now on: of every mailbox, or, besides, of that one. */
  setAutodiscover(settings: AutodiscoverSettings, address?: string): void {
    if (address === undefined) this.#handler.autodiscover = settings;
    else this.#handler.autodiscoverOf.set(this.#account(address).address, settings);
  }

  /** How many subscriptions the server keeps, expired ones that nobody has asked for among them. */
  get subscriptionCount(): number {
    return this.#exchange.subscriptions.size;
  }

  /** How many streams are open. */
  get streamCount(): number {
    return this.#exchange.streams.size;
  }

  /** Adds a mailbox and the user who owns it and logs on with its address. Throws if there is one already. */
  addMailbox(address: string, { displayName = address, password = SANDBOX_PASSWORD }: MailboxOptions = {}): Mailbox {
    return this.#exchange.addAccount(address, displayName, password).mailbox;
  }

  /** The mailbox of an address, or the demo mailbox. Throws if there is none. */
  mailbox(address: string = this.user): Mailbox {
    return this.#account(address).mailbox;
  }

  /** Takes a mailbox and its owner away. */
  removeMailbox(address: string): void {
    this.#exchange.removeAccount(this.#account(address).address);
  }

  setPassword(address: string, password: string): void {
    this.#account(address).password = password;
  }

  /** Lets `delegate` open the mailbox of `owner`, or only these folders of it: by distinguished name, or id. */
  allowDelegate(owner: string, delegate: string, folders?: readonly string[]): void {
    const mailbox = this.mailbox(owner);
    const numbers = folders?.map((nameOrId) => mailbox.folder(nameOrId).number);
    this.#exchange.allowDelegate(mailbox, delegate, numbers);
  }

  /** Takes the right to open the mailbox away again. */
  revokeDelegate(owner: string, delegate: string): void {
    this.#exchange.revokeDelegate(this.mailbox(owner), delegate);
  }

  /** Lets a user impersonate everybody, or only the owners of these addresses. */
  allowImpersonation(user: string, addresses?: readonly string[]): void {
    this.#account(user).impersonates = addresses
      ? new Set(addresses.map((address) => address.toLowerCase()))
      : 'everybody';
  }

  revokeImpersonation(user: string): void {
    this.#exchange.revokeImpersonation(this.#account(user));
  }

  /** Tells of each request before it is carried out. @returns a function that ends it */
  onRequest(listener: (record: RequestRecord) => void): () => void {
    this.#onRequest.add(listener);
    return () => this.#onRequest.delete(listener);
  }

  /** Tells of each request when it is answered. @returns a function that ends it */
  onResponse(listener: (record: ResponseRecord) => void): () => void {
    this.#onResponse.add(listener);
    return () => this.#onResponse.delete(listener);
  }

  /**
   * Lets the next request that fits go wrong, or the next `times`. Failures of the operation `SendNotification` are
   * those of push deliveries. @returns a function that takes it back
   */
  failNext(failure: Failure): () => void {
    return this.#misbehaviour.add(failure);
  }

  /** Lets every request that fits go wrong, or the part of them that `probability` says. @returns a function that ends it */
  misbehave(failure: Failure): () => void {
    return this.#misbehaviour.add({ times: Number.POSITIVE_INFINITY, ...failure });
  }

  /** Lets nothing go wrong from now on. */
  behave(): void {
    this.#misbehaviour.clear();
  }

  /** Ends all connections with a TCP reset, streams too. */
  resetConnections(): void {
    this.#listener.resetConnections();
  }

  /** Has the load balancer set its cookie anew with the next answers. */
  renewAffinityCookies(): void {
    this.#handler.affinity.renewCookies();
  }

  /** Restarts the server: connections end, subscriptions are forgotten, mailboxes stay, and so does the port. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Goes down, as for a restart. */
  async stop(): Promise<void> {
    await this.#listener.stop();
    this.#exchange.forgetSubscriptions();
  }

  /** Comes up again, on the same port. Rejects when the port is taken. */
  async start(): Promise<void> {
    await this.#listener.start();
  }

  /** Begins to move a mailbox to another database; until the end of it, nothing can be done with the mailbox. */
  beginMailboxMove(address: string = this.user): void {
    this.#exchange.beginMove(this.mailbox(address));
  }

  /** Ends the move of a mailbox: its watermarks are void, and its subscriptions are gone. */
  endMailboxMove(address: string = this.user): void {
    this.#exchange.endMove(this.mailbox(address));
  }

  /** Moves a mailbox to another database in no time. */
  moveMailbox(address: string = this.user): void {
    this.beginMailboxMove(address);
    this.endMailboxMove(address);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.stop();
  }

  #account(address: string): Account {
    const account = this.#exchange.account(address);
    if (!account) throw new Error(`The sandbox has no mailbox ${address}.`);
    return account;
  }
}

/** Starts an Exchange in memory. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = new Sandbox(options);
  await sandbox.start();
  return sandbox;
}
