import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { EndedTokens } from '../../dist/src/subscriptions/ended-tokens.js';
import { PositionKeeper } from '../../dist/src/subscriptions/position-keeper.js';
import type { PositionRecord } from '../../dist/src/subscriptions/position-record.js';
import { PushDesk } from '../../dist/src/subscriptions/push-desk.js';
import { PushEndpoint } from '../../dist/src/subscriptions/push-endpoint.js';
import { PushEngine, type PushEngineOptions } from '../../dist/src/subscriptions/push-engine.js';
import { serve, type TestServer } from './http-server.js';
import { NEW_MAIL, PullLab } from './pull-lab.js';
import { Recorder } from './recorder.js';
import { ioTurns, until } from './wait.js';

/** What sockets and files are given for what is under way, in milliseconds. */
const TURN_MS = 25;

/** The path of the one node. */
export const PATH = 'node-path';

export interface RunningPush {
  readonly engine: PushEngine;
  readonly told: Recorder;
}

/** A sandbox on a clock that stands still, and an HTTP server that it can call, with what a run of Node-RED has behind it. */
export class PushLab {
  /** Every call that came, with how it was answered, in order. */
  readonly answers: number[] = [];
  /** What sees a request before the endpoint does. */
  before: ((request: IncomingMessage) => Promise<void>) | undefined;
  desk!: PushDesk;
  #endpoint!: PushEndpoint;
  #server!: TestServer;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ews-push-'));
  #engines: PushEngine[] = [];

  private constructor(readonly base: PullLab) {}

  static async open(options: SandboxOptions = {}): Promise<PushLab> {
    const lab = new PushLab(await PullLab.open(options));
    lab.#server = await serve((request, response) => void lab.#serve(request, response));
    lab.begin();
    return lab;
  }

  get sandbox() {
    return this.base.sandbox;
  }

  get clock() {
    return this.base.clock;
  }

  get address(): string {
    return `${this.#server.origin}/ews/${PATH}/`;
  }

  /** What a start of Node-RED makes anew. */
  begin(): void {
    this.desk = new PushDesk(this.clock, new EndedTokens(join(this.#directory, 'ended.json'), this.clock));
    this.#endpoint = new PushEndpoint(this.desk, this.clock);
    this.desk.flowsStand();
  }

  /** As after a power failure: what runs is left alone by everybody, and what was kept is all that is left. */
  kill(): void {
    this.begin();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.before?.(request);
    response.once('finish', () => this.answers.push(response.statusCode));
    const [, , path = '', token] = (request.url ?? '').split('/');
    await this.#endpoint.serve(request, response, { path, ...(token ? { token } : {}) }, () => {
      response.writeHead(404).end();
    });
  }

  /** An engine that has been started, of a node whose path is open. */
  run(options: Partial<PushEngineOptions> = {}): RunningPush {
    const told = new Recorder();
    const description = options.description ?? NEW_MAIL;
    const key = { node: 'node', mailbox: description.mailbox, part: '' };
    const keeper = new PositionKeeper(this.base.store, key, (problem) => {
      told.positionProblem(problem);
    });
    this.desk.open(PATH, 'node');
    const engine = new PushEngine({
      account: this.base.account(),
      description,
      statusFrequency: 5,
      missed: 'recover',
      keeper,
      listener: told,
      desk: this.desk,
      path: PATH,
      address: () => Promise.resolve(this.address),
      ...options,
    });
    this.#engines.push(engine);
    engine.start();
    return { engine, told };
  }

  /** An engine that has been called. */
  async connected(options: Partial<PushEngineOptions> = {}): Promise<RunningPush> {
    const running = this.run(options);
    await this.untilKept(running);
    return running;
  }

  /** Resolves once an engine is connected and its subscription is the one that {@link record} tells of. */
  async untilKept({ engine, told }: RunningPush): Promise<void> {
    await until(
      () =>
        told.current === 'connected' &&
        engine.subscriptionId !== undefined &&
        this.record().subscriptionId === engine.subscriptionId,
    );
  }

  /** The position that is kept. */
  record(): PositionRecord {
    return this.base.store.saves.at(-1)!;
  }

  /** The URL that the server was told last. */
  url(): string {
    return this.address + this.record().push!.token;
  }

  deliver(count = 1): string[] {
    return this.base.deliver(count);
  }

  /** How often the server was asked for a subscription. */
  subscribed(): number {
    return this.base.requests.filter((operation) => operation === 'Subscribe').length;
  }

  /**
   * Lets time go by in steps until `condition` holds. Before each step, what is under way on sockets and in files gets its
   * turn, so that the time that goes by is not spent waiting for them.
   */
  async untilAfter(condition: () => boolean, step = 1000): Promise<void> {
    for (;;) {
      const end = Date.now() + TURN_MS;
      do {
        await ioTurns(10);
        if (condition()) return;
      } while (Date.now() < end);
      await this.clock.advance(step);
    }
  }

  /** Posts something to a URL of the endpoint. */
  async post(
    body: string | Buffer,
    url = this.url(),
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(url, {
      method: 'POST',
      body: body as string,
      headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
    });
    return { status: response.status, text: await response.text() };
  }

  async close(): Promise<void> {
    this.sandbox.behave();
    await this.base.sandbox.stop();
    await Promise.all(this.#engines.map((engine) => engine.close(true)));
    await this.base.close();
    await this.#server.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** What a push says, of `events` each with its own watermark. */
export function pushed(subscriptionId: string, previous: string, events: readonly PushedEvent[]): string {
  const inner = events
    .map(({ watermark, id, status }) =>
      status
        ? `<t:StatusEvent><t:Watermark>${watermark}</t:Watermark></t:StatusEvent>`
        : `<t:NewMailEvent><t:Watermark>${watermark}</t:Watermark><t:TimeStamp>2026-03-02T08:00:00Z</t:TimeStamp>` +
          `<t:ItemId Id="${id}"/><t:ParentFolderId Id="folder"/></t:NewMailEvent>`,
    )
    .join('');
  return envelope(
    '<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>' +
      `<m:Notification><t:SubscriptionId>${subscriptionId}</t:SubscriptionId>` +
      `<t:PreviousWatermark>${previous}</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>${inner}` +
      '</m:Notification></m:SendNotificationResponseMessage>',
  );
}

export interface PushedEvent {
  readonly watermark: string;
  readonly id?: string;
  readonly status?: boolean;
}

/** An error, without a Notification, as servers send it. */
export function pushedError(code: string): string {
  return envelope(
    `<m:SendNotificationResponseMessage ResponseClass="Error"><m:MessageText>It failed.</m:MessageText>` +
      `<m:ResponseCode>${code}</m:ResponseCode></m:SendNotificationResponseMessage>`,
  );
}

function envelope(messages: string): string {
  return (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" ' +
    'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><soap:Body>' +
    `<m:SendNotification><m:ResponseMessages>${messages}</m:ResponseMessages></m:SendNotification>` +
    '</soap:Body></soap:Envelope>'
  );
}
