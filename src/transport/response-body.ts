import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EwsError } from '../protocol/ews-error.js';

/** The largest answer that is read, compressed or not, in bytes: 16 MiB. */
export const DEFAULT_MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** The largest body that is read for nothing but to use its connection again, in bytes: 1 MiB. */
const MAX_DRAINED_BYTES = 1024 * 1024;

/** Reads a body that is of no interest, so that its connection can be used again. Throws `EWS_TOO_LARGE`. */
export async function drain(body: Readable): Promise<void> {
  await collect(body, MAX_DRAINED_BYTES);
}

/**
 * Reads a whole response body as text (UTF-8, the encoding that EWS uses).
 * Both what comes over the network and what it inflates to are bounded by `maxBytes`: a small
 * compressed body can inflate to a thousand times its size. Throws `EWS_TOO_LARGE`, which names the bound.
 */
export async function readBody(body: Readable, contentEncoding: string | undefined, maxBytes: number): Promise<string> {
  const encoding = contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return (await collect(body, maxBytes)).toString('utf8');
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    body.destroy();
    throw new EwsError(
      'EWS_MALFORMED',
      `The server's answer is encoded as "${encoding.slice(0, 40)}", which was not asked for.`,
    );
  }
  const gunzip = createGunzip();
  // pipe() does not hand on errors; without this a reset connection would leave the reader waiting.
  body.once('error', (error) => gunzip.destroy(error));
  body.pipe(gunzip);
  try {
    return (await collect(gunzip, maxBytes)).toString('utf8');
  } catch (error) {
    body.unpipe(gunzip).destroy();
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new EwsError(
        'EWS_MALFORMED',
        'The server says that its answer is compressed with gzip, but it is damaged.',
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

async function collect(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, so nothing more is read.
    if (size > maxBytes)
      throw new EwsError('EWS_TOO_LARGE', `The server's answer is larger than the bound of ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
