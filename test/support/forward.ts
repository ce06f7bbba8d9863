import { request as send, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';

/**
 * Passes requests on to a sandbox, in the name of its user, and its answers back as they come, without the sandbox's own
 * cookies.
 * @param inWhoseName `caller`: with what the request says of who is calling
 * @param choose the sandbox for a request; what it sets on the response goes back with the answer
 */
export function forwardTo(
  choose: (request: IncomingMessage, response: ServerResponse) => Sandbox,
  inWhoseName: 'user' | 'caller' = 'user',
): RequestListener {
  return (request, response) => {
    const { url, user, password } = choose(request, response);
    const asUser = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
    const { host, port } = new URL(url);
    const onward = send({
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.url,
      headers: {
        ...request.headers,
        host,
        ...(inWhoseName === 'user' ? asUser : {}),
      },
      agent: false,
    });
    onward.on('response', (answer) => {
      const { connection: _, 'keep-alive': __, 'set-cookie': ___, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, headers).flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };
}
