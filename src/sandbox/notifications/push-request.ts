import { request as httpRequest, type ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../../clock.js';
import { readXml } from '../../protocol/xml-reader.js';
import type { WireFailure } from '../misbehaviour/failure.js';
import { SECOND } from '../units.js';

/** How long a listener may take to answer, in milliseconds; another time than a retry waits, so that tests can tell. */
const ANSWER_TIMEOUT = 20 * SECOND;
/** The longest answer that is read, in bytes. */
const MAX_ANSWER = 64 * 1024;

/** What became of a delivery: the SubscriptionStatus that was answered, or nothing that could be understood. */
export type PushOutcome = 'OK' | 'Unsubscribe' | 'failed';

export interface PushRequestSettings {
  readonly clock: Clock;
  /** Certificates (PEM) of the authorities that are trusted for https. */
  readonly ca?: string | Buffer;
  readonly signal: AbortSignal;
  /** What shall go wrong while the body is sent. */
  readonly failure?: WireFailure;
}

/** Posts a SendNotification, and reads the SendNotificationResult. It never rejects. */
export function postNotification(
  url: URL,
  envelope: string | Buffer,
  { clock, ca, signal, failure = {} }: PushRequestSettings,
): Promise<PushOutcome> {
  return new Promise((resolve) => {
    const body = Buffer.from(envelope);
    const headers = {
      'Content-Type': 'text/xml; charset=utf-8',
      'Content-Length': String(body.length),
      SOAPAction: '"http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification"',
    };
    const options = { method: 'POST', headers, agent: false, signal } as const;
    const sent = url.protocol === 'https:' ? httpsRequest(url, { ...options, ca }) : httpRequest(url, options);
    const timer = clock.setTimer(() => sent.destroy(), ANSWER_TIMEOUT);
    const done = (outcome: PushOutcome) => {
      clock.clearTimer(timer);
      sent.destroy();
      resolve(outcome);
    };
    sent.once('error', () => done('failed'));
    sent.once('close', () => done('failed'));
    sent.once('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
        if (answer.length > MAX_ANSWER) done('failed');
      });
      response.once('end', () => done(response.statusCode === 200 ? readOutcome(answer) : 'failed'));
    });
    void sendBody(sent, body, failure);
  });
}

/** In pieces, and not to its end, if that is wanted. */
async function sendBody(
  sent: ClientRequest,
  body: Buffer,
  { silentAfter = body.length, cutAfter = body.length, chunkBytes = body.length }: WireFailure,
): Promise<void> {
  const stop = Math.min(silentAfter, cutAfter, body.length);
  for (let at = 0; at < stop && !sent.destroyed; at += chunkBytes) {
    const piece = body.subarray(at, Math.min(stop, at + chunkBytes));
    await new Promise((resolve) => sent.write(piece, () => setImmediate(resolve)));
  }
  if (stop === body.length) sent.end();
  else if (stop === cutAfter) sent.destroy();
}

/** By local names, as servers and listeners choose prefixes freely. */
function readOutcome(answer: string): PushOutcome {
  try {
    const root = readXml(answer, MAX_ANSWER);
    const result = root.name === 'Envelope' ? root.child('Body')?.children[0] : root;
    const status = result?.name === 'SendNotificationResult' ? result.childText('SubscriptionStatus')?.trim() : '';
    return status === 'OK' || status === 'Unsubscribe' ? status : 'failed';
  } catch {
    return 'failed';
  }
}
