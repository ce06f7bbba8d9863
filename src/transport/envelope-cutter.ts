import { EwsError } from '../protocol/ews-error.js';
import { MarkupScanner } from './markup-scanner.js';

/** The largest envelope of a stream that is taken unless another bound is given, in bytes: 16 MiB. */
export const DEFAULT_MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;

const LT = 0x3c; // <

/** What is kept for the beginning of an envelope even when none is under way, in bytes. */
const SMALL = 64 * 1024;

/**
 * Cuts the bytes of a streaming response into SOAP envelopes, however they are split into chunks: inside a tag, a
 * character or a comment, several in a chunk, with or without anything between them. Each byte is looked at once and
 * copied at most a few times, whatever the size of the chunks.
 */
export class EnvelopeCutter {
  readonly #maxBytes: number;
  readonly #scanner = new MarkupScanner();
  /** The beginning of an envelope whose end has not come; only the first {@link #length} bytes of it count. */
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** @param maxBytes the bound on one envelope */
  constructor(maxBytes: number = DEFAULT_MAX_ENVELOPE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Whether an envelope has begun whose end has not come. */
  get isInside(): boolean {
    return !this.#scanner.isBetween;
  }

  /**
   * Takes the next bytes, and returns the envelopes that they complete, in order.
   * Throws `EWS_TOO_LARGE`, which names the size, for an envelope over the bound, and `EWS_MALFORMED` for what is no
   * XML; after that nothing more can be taken.
   */
  push(chunk: Buffer): string[] {
    const before = this.#length;
    const bytes = before === 0 ? chunk : this.#append(chunk);
    const envelopes: string[] = [];
    let start = 0;
    let end = this.#scanner.scan(bytes, before);
    while (end !== -1) {
      this.#check(end - start);
      // What stands before its first "<" belongs to nobody; how much of it is still here depends on the chunks.
      envelopes.push(bytes.toString('utf8', bytes.indexOf(LT, start), end));
      start = end;
      end = this.#scanner.scan(bytes, start);
    }
    const rest = this.#scanner.isBetween ? bytes.length : start;
    this.#check(bytes.length - rest);
    this.#keep(bytes, rest);
    return envelopes;
  }

  #append(chunk: Buffer): Buffer {
    const length = this.#length + chunk.length;
    this.#reserve(length);
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }

  #keep(bytes: Buffer, from: number): void {
    const length = bytes.length - from;
    if (bytes.buffer === this.#buffer.buffer && bytes.byteOffset === this.#buffer.byteOffset) {
      if (from > 0) this.#buffer.copyWithin(0, from, bytes.length);
    } else if (length > 0) {
      this.#length = 0;
      this.#reserve(length);
      bytes.copy(this.#buffer, 0, from);
    }
    this.#length = length;
    // One huge envelope must not be paid for ever after.
    if (length === 0 && this.#buffer.length > SMALL) this.#buffer = Buffer.alloc(0);
  }

  /** Grows by doubling, so that the copying stays in proportion to what comes. */
  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#buffer.length * 2, 4096));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  #check(size: number): void {
    if (size <= this.#maxBytes) return;
    throw new EwsError(
      'EWS_TOO_LARGE',
      `The stream holds an answer of more than ${size - 1} bytes; the bound is ${this.#maxBytes} bytes.`,
    );
  }
}
