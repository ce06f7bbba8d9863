import type { ServerResponse } from 'node:http';
import { notification, subscribed, unsubscribed } from './answers.js';
import { answerXml, bodyOf, serve, type TestServer } from './http-server.js';

/** Events in an envelope, as many as Exchange puts into one. */
export const FULL_ENVELOPE = 50;
/** So many different events are made beforehand and written again and again, or making them would take longer than reading. */
const EVENTS = 20_000;
/** In one write, in characters: for a small envelope a write costs more than the envelope. */
const PIECE = 64 * 1024;

export interface Firehose extends TestServer {
  /** Bytes of streams that were handed to the system so far. */
  written(): number;
}

/**
 * A server that writes events into a stream as fast as it can, until so many bytes were written; then it closes it.
 * @param events in each envelope
 */
export async function startFirehose(bytes: number, events = FULL_ENVELOPE): Promise<Firehose> {
  let written = 0;
  const pieces = piecesWith(events);
  const status = '<t:StatusEvent><t:Watermark>AAAA</t:Watermark></t:StatusEvent>';
  const nothingNew = notification('one', { previous: 'AAAA', content: status });
  const stream = async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' });
    for (let count = 0; !response.destroyed && written < bytes; count += 1) {
      const piece = pieces[count % pieces.length] ?? Buffer.of();
      written += piece.length;
      if (!response.write(piece)) await drained(response);
    }
    response.end(envelopeOf('<m:ConnectionStatus>Closed</m:ConnectionStatus>'));
  };
  const server = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      if (body.includes('m:GetStreamingEvents>')) void stream(response);
      else if (body.includes('m:GetEvents>')) answerXml(response, nothingNew);
      else answerXml(response, body.includes('m:Subscribe>') ? subscribed('one', 'AAAA') : unsubscribed());
    });
  });
  return { ...server, written: () => written };
}

function piecesWith(events: number): Buffer[] {
  const pieces: Buffer[] = [];
  let piece = '';
  for (let count = 0; count < EVENTS; count += events) {
    piece += envelopeOf(notificationOf(count, events));
    if (piece.length < PIECE && count + events < EVENTS) continue;
    pieces.push(Buffer.from(piece));
    piece = '';
  }
  return pieces;
}

/** Resolves when more can be written, or nothing any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

export function envelopeOf(content: string): string {
  return (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><m:GetStreamingEventsResponse' +
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>' +
    '<m:GetStreamingEventsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>' +
    `${content}</m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse></soap:Body></soap:Envelope>`
  );
}

export function notificationOf(first: number, count: number): string {
  const now = new Date().toISOString();
  const events = Array.from(
    { length: count },
    (_, at) =>
      `<t:NewMailEvent><t:TimeStamp>${now}</t:TimeStamp><t:ItemId Id="${String(first + at).padStart(152, 'A')}"` +
      ` ChangeKey="CQAAAA=="/><t:ParentFolderId Id="${'B'.repeat(120)}" ChangeKey="AQAAAA=="/></t:NewMailEvent>`,
  );
  return (
    '<m:Notifications><m:Notification><t:SubscriptionId>one</t:SubscriptionId><t:MoreEvents>false</t:MoreEvents>' +
    `${events.join('')}</m:Notification></m:Notifications>`
  );
}
