import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../clock.js';
import { HttpRefusal } from './http-refusal.js';

export interface BodyBounds {
  /** The largest body, compressed or not, in bytes. */
  readonly maxBytes: number;
  /** How long it may take to come, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** What a body parser that saw the request first has left of it. */
type ParsedRequest = IncomingMessage & { readonly body?: unknown };

/**
 * Reads the body of a request as text (UTF-8). Throws an `HttpRefusal` for what is not read: 413 over the bound, 408 when
 * it takes too long, 400 when it is damaged or somebody else has read it. The request itself is left open for the answer.
 */
export async function readRequestBody(request: IncomingMessage, bounds: BodyBounds): Promise<string> {
  if (request.readableDidRead) return readAlready(request);
  const { maxBytes } = bounds;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return within(bounds, collect(request, maxBytes));
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new HttpRefusal(415, 'A compressed body is read if it is compressed with gzip.');
  }
  const gunzip = createGunzip();
  request.once('error', (error) => gunzip.destroy(error));
  request.once('aborted', () => gunzip.destroy(new Error('aborted')));
  request.pipe(gunzip);
  try {
    return await within(bounds, collect(gunzip, maxBytes));
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new HttpRefusal(400, 'The body is said to be compressed with gzip, but it is damaged.');
    }
    throw error;
  } finally {
    request.unpipe(gunzip);
    gunzip.destroy();
  }
}

function readAlready({ body }: ParsedRequest): string {
  if (typeof body === 'string' && body !== '') return body;
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  throw new HttpRefusal(400, 'The body was empty, or read by another part of this Node-RED before it came here.');
}

async function collect(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A request that is destroyed takes the connection with it, and nobody would learn why.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(413, `A notification has at most ${maxBytes} bytes here.`);
}

async function within<T>({ clock, timeoutMs }: BodyBounds, reading: Promise<T>): Promise<T> {
  let late: (error: HttpRefusal) => void = () => undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    late = reject;
  });
  const timer = clock.setTimer(() => {
    late(new HttpRefusal(408, `The request did not arrive within ${Math.round(timeoutMs / 1000)} seconds.`));
  }, timeoutMs);
  // The loser of the race may fail later, when the connection is closed.
  reading.catch(() => undefined);
  try {
    return await Promise.race([reading, tooLate]);
  } finally {
    clock.clearTimer(timer);
  }
}
