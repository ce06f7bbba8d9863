import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerAutodiscover, isAutodiscoverPath } from '../autodiscover/autodiscover.js';
import type { AutodiscoverSettings } from '../autodiscover/autodiscover-settings.js';
import type { Failure } from '../misbehaviour/failure.js';
import type { Misbehaviour } from '../misbehaviour/misbehaviour.js';
import type { Exchange } from '../model/exchange.js';
import type { ServerVersion } from '../soap/request.js';
import { FaultError, ResponseError } from '../soap/response-error.js';
import { failure as failureMessage } from '../soap/response.js';
import { Affinity } from './affinity.js';
import { failedAnswer, faultAnswer, httpAnswer, responseAnswer, unauthorized, type Answer } from './answer.js';
import { Authenticator } from './authenticate.js';
import { carryOut } from './carry-out.js';
import { ConcurrentRequests } from './concurrent-requests.js';
import { readBody } from './read-body.js';
import type { RequestRecord, ResponseRecord } from './request-record.js';
import { understand, type Incoming } from './understand.js';
import { Wire } from './wire.js';

/** The path of EWS on every Exchange. IIS does not look at the case of its letters. */
export const EWS_PATH = '/EWS/Exchange.asmx';

export interface HandlerSettings {
  readonly exchange: Exchange;
  readonly misbehaviour: Misbehaviour;
  /** The newest version of requests that the server understands. */
  readonly version: ServerVersion;
  /** How many servers there are behind the load balancer. */
  readonly backEnds: number;
  /** The address of EWS. */
  readonly url: () => string;
  /** Told of each request before it is carried out. */
  readonly onRequest: (record: RequestRecord) => void;
  /** Told of each request when it is answered. */
  readonly onResponse: (record: ResponseRecord) => void;
}

/** Answers HTTP requests. */
export class Handler {
  readonly affinity: Affinity;
  /** What Autodiscover tells. */
  autodiscover: AutodiscoverSettings = {};
  /** What it tells of single mailboxes, by their addresses, besides. */
  readonly autodiscoverOf = new Map<string, AutodiscoverSettings>();
  readonly #settings: HandlerSettings;
  readonly #authenticator: Authenticator;
  readonly #requests: ConcurrentRequests;

  constructor(settings: HandlerSettings) {
    this.#settings = settings;
    this.#authenticator = new Authenticator(settings.exchange);
    this.#requests = new ConcurrentRequests(settings.exchange.limits.concurrentRequests);
    this.affinity = new Affinity(settings.backEnds);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { exchange, misbehaviour, version, onRequest } = this.#settings;
    const body = await readBody(request, exchange.limits.requestBytes);
    const account = this.#authenticator.authenticate(request.headers.authorization);
    const incoming = understand(request, account, body, version, exchange.clock.now());
    onRequest(incoming.record);
    const failure = misbehaviour.take(incoming.record);
    const wire = new Wire(response, exchange.clock, failure);
    if (failure?.reset === 'request') {
      wire.reset();
      return;
    }
    await this.#requests.during(account?.address, async () =>
      this.#send(incoming, await this.#answer(incoming, failure), wire),
    );
  }

  async #send({ record }: Incoming, answer: Answer, wire: Wire): Promise<void> {
    const { status, code, headers, body, stray, stream, backEnd } = answer;
    const told = { ...(code === undefined ? {} : { code }), ...(backEnd === undefined ? {} : { backEnd }) };
    this.#settings.onResponse({ ...record, status, ...told });
    if (!stream) await wire.respond(status, headers, body, stray);
    else if (await wire.open(status, headers)) stream(wire);
  }

  async #answer(
    { record, account, soap, isTooLong, headers }: Incoming,
    failure: Failure | undefined,
  ): Promise<Answer> {
    const { exchange, url } = this.#settings;
    const { character } = exchange;
    const isAutodiscover = isAutodiscoverPath(record.path);
    if (!isAutodiscover && record.path.toLowerCase() !== EWS_PATH.toLowerCase()) return httpAnswer(404);
    const failed = failure && failedAnswer(failure, character, record.operation ?? '');
    if (failed) return failed;
    if (isAutodiscover) {
      const settingsOf = (address: string) => {
        const known = exchange.account(address);
        return known && { ...this.autodiscover, ...this.autodiscoverOf.get(known.address) };
      };
      return answerAutodiscover({ ...record, body: record.body, account, settingsOf }, this.autodiscover, url());
    }
    if (!account) return unauthorized();
    if (record.method !== 'POST') return httpAnswer(405, { Allow: 'POST' });
    if (isTooLong) return httpAnswer(413, { Connection: 'close' });
    if (soap instanceof FaultError) return faultAnswer(character, soap);
    const { name } = soap.operation;
    if (this.#requests.isTooMany(account.address)) {
      return responseAnswer(character, name, [failureMessage(new ResponseError('ErrorExceededConnectionCount'))]);
    }
    try {
      const route = this.affinity.route(headers);
      return { ...(await carryOut(soap, exchange, account, route)), backEnd: route.backEnd };
    } catch (error) {
      if (error instanceof FaultError) return faultAnswer(character, error, name);
      throw error;
    }
  }
}
