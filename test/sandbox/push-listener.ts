import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = 'OK' | 'Unsubscribe' | 'error' | 'hang up';

/** A listener that keeps what it is sent, and answers as it is told. */
export class PushListener {
  readonly received: string[] = [];
  reply: Reply = 'OK';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { reply } = this;
        this.received.push(body);
        if (reply === 'hang up') request.socket.destroy();
        else if (reply === 'error') response.writeHead(500).end();
        else response.writeHead(200, { 'content-type': 'text/xml' }).end(answer(reply));
        this.#server.emit('notification');
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/push`;
  }

  /** Waits until so many notifications have come. */
  async until(count: number): Promise<string> {
    while (this.received.length < count) await once(this.#server, 'notification');
    return this.received[count - 1] ?? '';
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function answer(status: string): string {
  return (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">' +
    `<SubscriptionStatus>${status}</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>`
  );
}
