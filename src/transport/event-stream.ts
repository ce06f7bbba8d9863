import type { Readable } from 'node:stream';
import { EwsError } from '../protocol/ews-error.js';
import { readStreamedEnvelope, type StreamingEvents } from '../protocol/get-streaming-events.js';
import { EnvelopeCutter } from './envelope-cutter.js';
import { networkError } from './network-error.js';
import type { StreamSocket } from './stream-socket.js';

/**
 * An open GetStreamingEvents response. Nothing is read from the network that is not asked for with {@link next}, so a
 * slow reader slows the server down instead of filling the memory.
 */
export class EventStream {
  readonly #socket: StreamSocket;
  readonly #body: Readable;
  readonly #origin: string;
  readonly #answers: AsyncGenerator<StreamingEvents, undefined>;
  #ended: Promise<void> | undefined;

  constructor(socket: StreamSocket, body: Readable, origin: string, maxEnvelopeBytes: number) {
    this.#socket = socket;
    this.#body = body;
    this.#origin = origin;
    // A body whose reader has left may still fail; that is nobody's business then.
    body.on('error', () => undefined);
    this.#answers = readAnswers(body, maxEnvelopeBytes);
  }

  /**
   * The next answer of the stream; `undefined` when the response is over.
   * Throws an `EwsError` when the connection is lost, or what comes cannot be read.
   */
  async next(): Promise<StreamingEvents | undefined> {
    try {
      return (await this.#answers.next()).value;
    } catch (error) {
      throw networkError(error, this.#origin, 'GetStreamingEvents');
    }
  }

  /** Ends the response politely. Never rejects; a pending {@link next} then ends in one way or the other. */
  end(): Promise<void> {
    this.#ended ??= this.#finish();
    return this.#ended;
  }

  async #finish(): Promise<void> {
    // What is unread would turn the goodbye into a reset.
    if (!this.#body.destroyed) this.#body.resume();
    await this.#socket.end();
  }
}

async function* readAnswers(body: Readable, maxBytes: number): AsyncGenerator<StreamingEvents, undefined> {
  const cutter = new EnvelopeCutter(maxBytes);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (const text of cutter.push(chunk)) {
      yield readStreamedEnvelope(text, maxBytes);
    }
  }
  if (cutter.isInside) {
    throw new EwsError('EWS_NETWORK', 'The stream ended in the middle of an answer.', {
      operation: 'GetStreamingEvents',
    });
  }
  return undefined;
}
