import { request } from 'node:http';
import { bodyOf, serve, type TestServer } from './http-server.js';

export interface BufferingProxy extends TestServer {
  /** Hands on everything as it comes from now on. */
  letThrough(): void;
}

/** A proxy in front of an HTTP server that hands an answer on, its head too, only when it is complete. */
export async function startBufferingProxy(target: string): Promise<BufferingProxy> {
  const { hostname, port } = new URL(target);
  let buffers = true;
  const server = await serve((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      const { method = 'POST', url = '/', headers } = incoming;
      const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
        const { statusCode = 502, headers: answered } = answer;
        const { 'transfer-encoding': _chunked, ...head } = answered;
        answer.on('error', () => outgoing.destroy());
        if (!buffers) {
          outgoing.writeHead(statusCode, head);
          answer.pipe(outgoing);
          return;
        }
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const whole = Buffer.concat(chunks);
          outgoing.writeHead(statusCode, { ...head, 'content-length': String(whole.length) });
          outgoing.end(whole);
        });
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      onward.end(body);
    });
  });
  return { ...server, letThrough: () => (buffers = false) };
}
