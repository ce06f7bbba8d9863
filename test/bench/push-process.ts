/**
 * A server in a process of its own that answers Subscribe and pushes when it is told to: a notification of one event for
 * each subscription at a time, the next when the one before was answered, as Exchange does.
 */
import { createServer, Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What it is told. */
export type PushOrder =
  | { readonly start: true }
  /** Push so many notifications to each of the URLs it was told in Subscribe, or to one of somebody else's. */
  | { readonly push: number; readonly to?: { readonly url: string; readonly subscriptions: number } };

/** Where it is, or how long each answer took. */
export interface PushAnswer {
  readonly url?: string;
  /** In milliseconds. */
  readonly took?: readonly number[];
  readonly seconds?: number;
}

interface Subscription {
  readonly url: string;
  readonly id: string;
  watermark: number;
}

const subscriptions: Subscription[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
let foreign: Subscription[] = [];

const soap = (body: string) =>
  '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" ' +
  `xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><soap:Body>${body}</soap:Body></soap:Envelope>`;

const mark = (count: number) => Buffer.from(`watermark ${String(count).padStart(12, '0')}`).toString('base64');

function listen(): Promise<string> {
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const url = /<t:URL>([^<]+)</.exec(body)?.[1];
      const id = `subscription-${subscriptions.length}`;
      const subscription = { url: url ?? '', id, watermark: 0 };
      if (url !== undefined) subscriptions.push(subscription);
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(
        soap(
          '<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Success">' +
            `<m:ResponseCode>NoError</m:ResponseCode><m:SubscriptionId>${id}</m:SubscriptionId>` +
            `<m:Watermark>${mark(0)}</m:Watermark></m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`,
        ),
      );
      if (url !== undefined) void post(subscription, true);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`);
    });
  });
}

function notification(subscription: Subscription, heartbeat: boolean): string {
  const previous = mark(subscription.watermark);
  if (!heartbeat) subscription.watermark += 1;
  const watermark = `<t:Watermark>${mark(subscription.watermark)}</t:Watermark>`;
  const event = heartbeat
    ? `<t:StatusEvent>${watermark}</t:StatusEvent>`
    : `<t:NewMailEvent>${watermark}<t:TimeStamp>2026-03-02T08:00:00Z</t:TimeStamp>` +
      `<t:ItemId Id="AAMkAGU4ZTBmZjQ1LTY3ODktNGFiYy05ZGVmLTAxMjM0NTY3ODlhYgBGAAAAAADeadbeefAAA${subscription.watermark}" ChangeKey="CQAAAA=="/>` +
      '<t:ParentFolderId Id="AQMkAGU4ZTBmZjQ1LTY3ODktNGFiYy05ZGVmLTAxMjM0NTY3ODlhYgAuAAAD" ChangeKey="AQAAAA=="/></t:NewMailEvent>';
  return soap(
    '<m:SendNotification><m:ResponseMessages><m:SendNotificationResponseMessage ResponseClass="Success">' +
      `<m:ResponseCode>NoError</m:ResponseCode><m:Notification><t:SubscriptionId>${subscription.id}</t:SubscriptionId>` +
      `<t:PreviousWatermark>${previous}</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>${event}` +
      '</m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification>',
  );
}

/** Resolves with how long the answer took, in milliseconds. */
function post(subscription: Subscription, heartbeat = false): Promise<number> {
  return send(subscription, notification(subscription, heartbeat));
}

function send(subscription: Subscription, body: string): Promise<number> {
  const headers = { 'content-type': 'text/xml; charset=utf-8', 'content-length': String(Buffer.byteLength(body)) };
  const before = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const sent = request(subscription.url, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      response.on('end', () => {
        if (response.statusCode !== 200 || !answer.includes('>OK<'))
          reject(new Error(`${response.statusCode} ${answer}`));
        else resolve(Number(process.hrtime.bigint() - before) / 1e6);
      });
    });
    // A connection that was idle for too long may be closed just as it is used again.
    sent.on('error', (error) => {
      if (sent.reusedSocket) resolve(send(subscription, body));
      else reject(error);
    });
    sent.end(body);
  });
}

async function push(count: number, targets: readonly Subscription[]): Promise<PushAnswer> {
  const took: number[] = [];
  const before = process.hrtime.bigint();
  await Promise.all(
    targets.map(async (subscription) => {
      for (let one = 0; one < count; one += 1) took.push(await post(subscription));
    }),
  );
  return { took, seconds: Number(process.hrtime.bigint() - before) / 1e9 };
}

async function obey(order: PushOrder): Promise<PushAnswer> {
  if ('start' in order) return { url: await listen() };
  if (!order.to) return push(order.push, subscriptions);
  const { url, subscriptions: wanted } = order.to;
  if (foreign.length !== wanted) {
    foreign = Array.from({ length: wanted }, (_, at) => ({ url, id: `foreign-${at}`, watermark: 0 }));
  }
  return push(order.push, foreign);
}

process.on('message', (order: PushOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit(0));
