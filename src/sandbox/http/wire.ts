import type { ServerResponse } from 'node:http';
import { delay, type Clock } from '../../clock.js';
import { dress } from '../misbehaviour/dress.js';
import type { WireFailure } from '../misbehaviour/failure.js';
import { resetSocket } from './reset-socket.js';

/** So much may wait to be sent to a client that reads slowly, in bytes. */
const BUSY_BYTES = 1024 * 1024;

/** How an answer goes out: whole or in pieces, and with whatever shall go wrong on the way. */
export class Wire {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #failure: WireFailure;
  /** Bytes of the body that were sent. */
  #sent = 0;
  #ended = false;
  /** Whether what is written from now on never leaves, and nobody here notices. */
  #isMute = false;
  /** What is still being written; only needed when it goes out in pieces. */
  #queue: Promise<void> | undefined;

  constructor(response: ServerResponse, clock: Clock, failure: WireFailure = {}) {
    this.#response = response;
    this.#clock = clock;
    this.#failure = failure;
    response.once('close', () => (this.#ended = true));
  }

  /**
   * Whether nothing more can be sent, because the connection is gone or the answer has ended. One that has fallen silent
   * is not over: a server does not know that nothing of what it sends arrives.
   */
  isOver(): boolean {
    return this.#ended;
  }

  /** Whether so much waits to be sent that a sender of streams had better wait. */
  isBusy(): boolean {
    return this.#response.writableNeedDrain && this.#response.writableLength > BUSY_BYTES;
  }

  /** Calls back when what is waiting has been sent. */
  onceDrained(callback: () => void): void {
    this.#response.once('drain', callback);
  }

  /** Calls back when the connection is gone or the answer has been sent. */
  onceClosed(callback: () => void): void {
    this.#response.once('close', callback);
  }

  /** A whole answer, and what a careless server sends behind it. */
  async respond(status: number, headers: Readonly<Record<string, string>>, body: string, stray = ''): Promise<void> {
    const { delayMs, silent, reset, truncateAfter } = this.#failure;
    if (delayMs !== undefined) await delay(this.#clock, delayMs);
    if (silent) await new Promise<void>((resolve) => this.onceClosed(resolve));
    if (this.isOver()) return;
    if (reset === 'before') {
      this.reset();
      return;
    }
    const bytes = dress(body, this.#failure).subarray(0, truncateAfter);
    this.#writeHead(status, { ...headers, 'Content-Length': String(bytes.length) });
    if (!this.#isPlain()) await this.#send(bytes, reset === 'during' ? Math.floor(bytes.length / 2) : undefined);
    if (this.isOver() || this.#isMute) return;
    this.#ended = true;
    const { socket } = this.#response;
    const behind = () => {
      if (stray !== '') socket?.write(stray);
      if (reset === 'after') resetSocket(socket);
    };
    if (this.#isPlain()) this.#response.end(bytes, behind);
    else this.#response.end(behind);
  }

  /** The head of a stream. Resolves to `false` when there shall be none. */
  async open(status: number, headers: Readonly<Record<string, string>>): Promise<boolean> {
    const { delayMs, silent, reset } = this.#failure;
    if (delayMs !== undefined) await delay(this.#clock, delayMs);
    if (this.isOver()) return false;
    if (reset === 'before') {
      this.reset();
      return false;
    }
    this.#isMute = silent ?? false;
    if (!this.#isMute) this.#writeHead(status, headers);
    return true;
  }

  /**
   * A piece of a stream, in a chunk of its own.
   *
   * @param hasEvents whether there are events in it: the first such piece is the one that a reset strikes
   */
  write(text: string, hasEvents = false): void {
    if (this.isOver() || this.#isMute) return;
    const bytes = dress(text, this.#failure);
    if (this.#queue === undefined && this.#isPlain()) {
      this.#sent += bytes.length;
      this.#response.write(bytes);
      return;
    }
    this.#queue = (this.#queue ?? Promise.resolve()).then(() =>
      this.#send(bytes, hasEvents ? this.#resetAt(bytes) : undefined),
    );
  }

  /** The end of a stream; a reset, if one was wanted and no events came. */
  async end(): Promise<void> {
    await this.#queue;
    if (this.isOver() || this.#isMute) return;
    if (this.#failure.reset === undefined) this.#finish();
    else this.reset();
  }

  /** Ends the connection with a TCP reset. */
  reset(): void {
    this.#ended = true;
    resetSocket(this.#response.socket);
  }

  /** Closes the connection in the middle of whatever is on it. */
  cut(): void {
    this.#ended = true;
    this.#response.socket?.destroy();
  }

  /** Clients take the server's time from here, so it is by the clock of the events. */
  #writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, { ...headers, Date: new Date(this.#clock.now()).toUTCString() });
  }

  #finish(): void {
    this.#ended = true;
    this.#response.end();
  }

  /** Whether everything goes out as it is written. */
  #isPlain(): boolean {
    const { silentAfter, cutAfter, truncateAfter, chunkBytes, reset } = this.#failure;
    return [silentAfter, cutAfter, truncateAfter, chunkBytes, reset].every((wish) => wish === undefined);
  }

  /** How many of these bytes of a stream go out before the connection is reset. */
  #resetAt({ length }: Buffer): number | undefined {
    const { reset } = this.#failure;
    if (reset === undefined) return undefined;
    return reset === 'during' ? Math.floor(length / 2) : length;
  }

  /** @param resetAt how many of these bytes go out before the connection is reset */
  async #send(bytes: Buffer, resetAt = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.isOver() || this.#isMute) return;
    const never = Number.POSITIVE_INFINITY;
    const { silentAfter = never, cutAfter = never, truncateAfter = never, chunkBytes = bytes.length } = this.#failure;
    const reset = this.#sent + resetAt;
    const stop = Math.min(silentAfter, cutAfter, truncateAfter, reset);
    const sending = bytes.subarray(0, Math.max(0, stop - this.#sent));
    for (let at = 0; at < sending.length && !this.isOver(); at += chunkBytes) {
      await this.#sendPiece(sending.subarray(at, at + chunkBytes));
    }
    if (this.isOver() || (sending.length === bytes.length && resetAt === never)) return;
    if (stop === reset) this.reset();
    else if (stop === cutAfter) this.cut();
    else if (stop === truncateAfter) this.#finish();
    else this.#isMute = true;
  }

  /** Resolves when the piece has left, so that the next one is a piece of its own. */
  #sendPiece(piece: Buffer): Promise<void> {
    this.#sent += piece.length;
    return new Promise((resolve) => {
      this.#response.write(piece, () => setImmediate(resolve));
    });
  }
}
