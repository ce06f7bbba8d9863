import { element, escapeXml, textElement } from '../../protocol/xml-writer.js';
import type { Item } from '../mailbox/item.js';
import type { Person } from '../mailbox/person.js';
import type { ItemShape } from './item-shape.js';

const MAX_PREVIEW = 255;

/** A Body element, as the kind of text that is asked for. */
export function itemBody(item: Item, shape: ItemShape): string {
  const type = shape.bodyType === 'Text' || shape.bodyType === 'HTML' ? shape.bodyType : item.bodyType;
  return element('t:Body', { BodyType: type }, escapeXml(type === item.bodyType ? item.body : converted(item)));
}

/** A Body as plain text, which clients can ask for besides. */
export function textBody(item: Item, name: string): string {
  return element(name, { BodyType: 'Text' }, escapeXml(item.bodyType === 'Text' ? item.body : converted(item)));
}

/** The beginning of the body as text. */
export function preview(item: Item): string | undefined {
  const text = (item.bodyType === 'Text' ? item.body : converted(item)).replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : Array.from(text).slice(0, MAX_PREVIEW).join('');
}

function converted({ body, bodyType }: Item): string {
  if (bodyType === 'Text') return `<html><body><p>${escapeXml(body).replaceAll('&#10;', '<br>')}</p></body></html>`;
  return body
    .replace(/<br\s*\/?>|<\/p>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** A MimeContent element: the message as it would go over the internet (RFC 5322), in base64. */
export function mimeContent(item: Item): string {
  const headers = [
    `Date: ${new Date(item.received).toUTCString().replace('GMT', '+0000')}`,
    ...(item.from ? [`From: ${address(item.from)}`] : []),
    ...(item.to.length > 0 ? [`To: ${item.to.map(address).join(', ')}`] : []),
    ...(item.cc.length > 0 ? [`Cc: ${item.cc.map(address).join(', ')}`] : []),
    `Subject: ${encodedWord(item.subject)}`,
    'MIME-Version: 1.0',
  ];
  const text = part(item.bodyType === 'HTML' ? 'text/html' : 'text/plain', 'charset=utf-8', Buffer.from(item.body));
  const attached = item.attachments.map(({ name, contentType, content }) =>
    part(contentType, `name="${encodedWord(name)}"`, Buffer.from(content)),
  );
  const whole = attached.length === 0 ? text : multipart([text, ...attached]);
  const mime = Buffer.from(`${headers.join('\r\n')}\r\n${whole}`).toString('base64');
  return textElement('t:MimeContent', mime).replace('<t:MimeContent>', '<t:MimeContent CharacterSet="UTF-8">');
}

/** A part with its own headers (RFC 2045). */
function part(type: string, parameter: string, content: Buffer): string {
  const head = `Content-Type: ${type}; ${parameter}\r\nContent-Transfer-Encoding: base64`;
  return `${head}\r\n\r\n${content.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`;
}

function multipart(parts: readonly string[]): string {
  const boundary = '_sandbox_boundary_';
  const inner = parts.map((one) => `--${boundary}\r\n${one}`).join('');
  return `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${inner}--${boundary}--\r\n`;
}

function address({ name, address: smtp }: Person): string {
  return name === smtp ? smtp : `${encodedWord(name)} <${smtp}>`;
}

/** RFC 2047, where text is not plain ASCII. */
function encodedWord(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}
