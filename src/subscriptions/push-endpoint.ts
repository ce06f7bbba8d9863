import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import { writeAnswerEnvelope } from '../protocol/envelope.js';
import { EwsError } from '../protocol/ews-error.js';
import {
  readPushRequest,
  writeSendNotificationResult,
  type PushedNotification,
  type SubscriptionStatus,
} from '../protocol/send-notification.js';
import { answerRefusal, answerText } from '../transport/http-answer.js';
import { HttpRefusal } from '../transport/http-refusal.js';
import { readRequestBody } from '../transport/request-body.js';
import type { PushDesk, PushReply } from './push-desk.js';

/** The largest notification, in bytes: 50 events are some 50 KiB. */
export const MAX_NOTIFICATION_BYTES = 1024 * 1024;
/** How long a notification may take to come, in milliseconds. */
const BODY_TIMEOUT_MS = 30_000;

const XML_TYPES = ['text/xml', 'application/soap+xml', 'application/xml'];

/** The web service that a server calls: reads SendNotification, has it dealt with, answers SendNotificationResult. */
export class PushEndpoint {
  readonly desk: PushDesk;
  readonly #clock: Clock;

  constructor(desk: PushDesk, clock: Clock) {
    this.desk = desk;
    this.#clock = clock;
  }

  /**
   * Serves a request to `…/ews/<path>/<token>`. Never rejects.
   * @param next called where nobody listens at the path, as others may
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    { path, token = '' }: { readonly path: string; readonly token?: string },
    next: () => void,
  ): Promise<void> {
    try {
      const reply = await this.#reply(request, path, token);
      if (reply === undefined) next();
      else answer(response, reply);
    } catch (error) {
      if (isGone(request)) return;
      answerRefusal(request, response, error instanceof HttpRefusal ? error : new HttpRefusal(500, 'This failed.'));
    }
  }

  /** `undefined` where nobody listens at the path. */
  async #reply(request: IncomingMessage, path: string, token: string): Promise<SubscriptionStatus | undefined> {
    const problem = problemOf(request);
    if (problem) {
      if (this.desk.knows(path)) throw problem;
      return undefined;
    }
    const place = await this.desk.find(path, token);
    if (place === 'unknown-path') return undefined;
    if (place === 'unknown-token') throw later();
    const bounds = { maxBytes: MAX_NOTIFICATION_BYTES, timeoutMs: BODY_TIMEOUT_MS, clock: this.#clock };
    const body = await readRequestBody(request, bounds);
    if (place === 'ended') return 'Unsubscribe';
    const pushed = read(body);
    const reply: PushReply = await place.receive(pushed).catch(() => 'later');
    if (reply === 'later') throw later();
    return reply;
  }
}

/** What can be told before anything is read. */
function problemOf({ method, headers }: IncomingMessage): HttpRefusal | undefined {
  if (method !== 'POST') return wrongMethod();
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (XML_TYPES.includes(type)) return undefined;
  return new HttpRefusal(415, 'This address takes EWS notifications only, which are text/xml.');
}

function answer(response: ServerResponse, status: SubscriptionStatus): void {
  const envelope = writeAnswerEnvelope(writeSendNotificationResult(status));
  answerText(response, 200, 'text/xml; charset=utf-8', envelope);
}

function read(body: string): readonly PushedNotification[] {
  try {
    return readPushRequest(body, MAX_NOTIFICATION_BYTES);
  } catch (error) {
    if (error instanceof EwsError) throw new HttpRefusal(400, error.message);
    throw error;
  }
}

/** The server tries again, until StatusFrequency is used up. */
function later(): HttpRefusal {
  return new HttpRefusal(503, 'Nothing is ready to take this notification. Try again later.');
}

function wrongMethod(): HttpRefusal {
  return new HttpRefusal(
    405,
    'This is where Exchange delivers its notifications to Node-RED. It works: Exchange can POST here what a browser cannot show.',
    { allow: 'POST' },
  );
}

/** Whether whoever asked is not there any more. */
function isGone(request: IncomingMessage): boolean {
  return request.destroyed && !request.complete;
}
