import { createServer, request as send, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listen, type TestServer } from './http-server.js';

export interface TestProxy extends TestServer {
  /** What was asked for: `CONNECT mail.example.com:443` or `POST http://mail.example.com/EWS/Exchange.asmx`. */
  readonly asked: readonly string[];
}

export interface TestProxyOptions {
  /** `user:password` that it lets through; everybody, if left out. */
  readonly credentials?: string;
  /** What it wants of those who bring none: Basic, if left out. */
  readonly offers?: string;
  /** Answers every CONNECT with this status. */
  readonly refuses?: number;
  /** The loopback port that it reaches a host (`name:port`) at, whatever that host is. */
  readonly leadsTo: (host: string) => number;
}

/** An HTTP proxy on a loopback port, for which all names are this machine. */
export async function startProxy(options: TestProxyOptions): Promise<TestProxy> {
  const asked: string[] = [];
  const { credentials, offers = 'Basic realm="proxy"', refuses, leadsTo } = options;
  const mayPass = ({ headers }: IncomingMessage) =>
    credentials === undefined ||
    headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (!mayPass(request)) {
      response.writeHead(407, { 'Proxy-Authenticate': offers }).end();
      return;
    }
    const { pathname, host, port } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = send({
      port: leadsTo(port === '' ? `${host}:80` : host),
      method: request.method,
      path: pathname,
      headers: { ...headers, host },
      agent: false,
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    socket.on('error', () => undefined);
    if (!mayPass(request)) socket.end(`HTTP/1.1 407 No\r\nProxy-Authenticate: ${offers}\r\nContent-Length: 0\r\n\r\n`);
    else if (refuses !== undefined) socket.end(`HTTP/1.1 ${refuses} No\r\nContent-Length: 0\r\n\r\n`);
    else {
      const onward = connect(leadsTo(request.url ?? ''), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    }
  });
  const listening = await listen(server, 'http');
  return { ...listening, asked };
}
