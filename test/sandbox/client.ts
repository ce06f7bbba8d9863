import { Agent, request } from 'undici';
import { ALL_EVENTS } from './events.js';
import { writeEnvelope, readEnvelope, type RequestHeader } from '../../dist/src/protocol/envelope.js';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import type { Notification } from '../../dist/src/protocol/notification.js';
import { subscribe, type SubscribeRequest, type SubscribeResponse } from '../../dist/src/protocol/subscribe.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import type { Operation } from '../../dist/src/protocol/operation.js';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { StreamReader } from './stream-reader.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ClientOptions {
  readonly user?: string;
  readonly password?: string;
  readonly header?: Partial<RequestHeader>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificates (PEM) that are trusted. */
  readonly ca?: string;
}

/** A plain client for tests of the sandbox: it sends what it is told to, and hides nothing. */
export class Client {
  readonly #sandbox: Sandbox;
  readonly #options: ClientOptions;
  readonly #agent: Agent;

  constructor(sandbox: Sandbox, options: ClientOptions = {}) {
    this.#sandbox = sandbox;
    this.#options = options;
    this.#agent = new Agent({ pipelining: 0, ...(options.ca ? { connect: { ca: options.ca } } : {}) });
  }

  /** Sends a request element inside an envelope. */
  send(element: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.post(writeEnvelope({ version: 'Exchange2013', ...this.#options.header }, element), headers);
  }

  /** Sends a body as it is. */
  async post(body: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const answer = await request(this.#sandbox.url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: { ...this.#headers(), ...headers },
      body,
    });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  }

  /** Carries an operation out; rejects with the `EwsError` of a refusal. */
  async call<Request, Response>(operation: Operation<Request, Response>, wanted: Request): Promise<Response> {
    const { body } = await this.send(operation.write(wanted));
    return operation.read(readEnvelope(body, operation.name).response);
  }

  subscribe(wanted: Partial<SubscribeRequest> = {}): Promise<SubscribeResponse> {
    const defaults = { delivery: 'pull', timeoutMinutes: 10, scope: { allFolders: true }, events: ALL_EVENTS };
    return this.call(subscribe, { ...defaults, ...wanted } as SubscribeRequest);
  }

  getEvents(subscriptionId: string, watermark?: string): Promise<Notification> {
    return this.call(getEvents, watermark === undefined ? { subscriptionId } : { subscriptionId, watermark });
  }

  unsubscribe(subscriptionId: string): Promise<void> {
    return this.call(unsubscribe, { subscriptionId });
  }

  /** Opens a stream. @param minutes ConnectionTimeout */
  async stream(subscriptionIds: readonly string[], minutes = 1): Promise<StreamReader> {
    const ids = subscriptionIds.map((id) => `<t:SubscriptionId>${id}</t:SubscriptionId>`).join('');
    const element =
      `<m:GetStreamingEvents><m:SubscriptionIds>${ids}</m:SubscriptionIds>` +
      `<m:ConnectionTimeout>${minutes}</m:ConnectionTimeout></m:GetStreamingEvents>`;
    const { body } = await request(this.#sandbox.url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: this.#headers(),
      body: writeEnvelope({ version: 'Exchange2013', ...this.#options.header }, element),
    });
    return new StreamReader(body);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #headers(): Record<string, string> {
    const { user = this.#sandbox.user, password = this.#sandbox.password, headers } = this.#options;
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    return { authorization: `Basic ${credentials}`, 'content-type': 'text/xml; charset=utf-8', ...headers };
  }
}
