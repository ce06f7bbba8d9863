import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** More than the three events of a new mail take, in characters. */
const TAIL = 10_000;

/** Cuts a stream into its envelopes and keeps them until somebody asks. */
export class StreamReader {
  readonly #body: Readable;
  readonly #envelopes: string[] = [];
  #rest = '';
  #isOver = false;

  constructor(body: Readable) {
    this.#body = body;
    body.setEncoding('utf8');
    body.on('data', (chunk: string) => this.#take(chunk));
    const over = () => {
      this.#isOver = true;
      body.emit('envelope');
    };
    body.once('end', over);
    // A connection that was cut is the end of the stream too.
    body.once('error', over);
  }

  /** The next envelope; undefined when there will be none. */
  async next(): Promise<string | undefined> {
    while (this.#envelopes.length === 0 && !this.#isOver) await once(this.#body, 'envelope');
    return this.#envelopes.shift();
  }

  /** The next envelope with something in it that matches, whatever came before. */
  async until(pattern: RegExp): Promise<string> {
    for (let envelope = await this.next(); envelope !== undefined; envelope = await this.next()) {
      if (pattern.test(envelope)) return envelope;
    }
    throw new Error(`The stream ended without ${String(pattern)}.`);
  }

  /** All that is still to come. */
  async rest(): Promise<string[]> {
    const all: string[] = [];
    for (let envelope = await this.next(); envelope !== undefined; envelope = await this.next()) all.push(envelope);
    return all;
  }

  /** From now on only the end of what has come is kept: for more than a test can cut into envelopes. */
  keepOnlyTail(): void {
    this.#body.removeAllListeners('data');
    this.#body.on('data', (chunk: string) => {
      this.#rest = (this.#rest + chunk).slice(-TAIL);
      this.#body.emit('tail');
    });
  }

  /** Waits until that text is in the tail. */
  async untilTail(text: string): Promise<void> {
    while (!this.#rest.includes(text)) await once(this.#body, 'tail');
  }

  /** How many envelopes are here and were not asked for. */
  get waiting(): number {
    return this.#envelopes.length;
  }

  destroy(): void {
    this.#body.destroy();
  }

  #take(chunk: string): void {
    this.#rest += chunk;
    const cut = /^[\s\S]*?<\/(?:\w+:)?Envelope>/;
    for (let match = cut.exec(this.#rest); match; match = cut.exec(this.#rest)) {
      this.#rest = this.#rest.slice(match[0].length);
      this.#envelopes.push(match[0]);
      this.#body.emit('envelope');
    }
  }
}
