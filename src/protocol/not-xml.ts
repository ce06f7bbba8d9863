import { quoted } from './quoted.js';

/**
 * What a text is that is no XML document, in words for the author of a flow, or nothing when it may be one.
 * Proxies, sign-in pages and wrong URLs answer with such things, and "tag expected" would help nobody.
 * @param start where the document's first element would begin
 */
export function whatInsteadOfXml(document: string, start: number): string | undefined {
  if (start >= document.length) return 'it is empty';
  const beginning = document.slice(start, start + 200);
  if (/^<(?:!doctype\s+html|html|head|body|title|h1)\b/i.test(beginning)) return describePage(document);
  if (beginning.startsWith('<')) return undefined;
  if (/^[{[]/.test(beginning)) return 'it is JSON';
  // eslint-disable-next-line no-control-regex -- these very characters tell text from other data
  if (/^[^<]{0,8}[\u0000-\u0008\u000e-\u001f\ufffd]/.test(beginning)) return 'it is binary data';
  return `it begins with "${quoted(beginning, 40)}" instead of a tag`;
}

/** A web page, with its title: that of a proxy or a load balancer often says all. */
export function describePage(document: string): string {
  const title = /<title[^<>]{0,100}>([^<]{1,200})</i.exec(document.slice(0, 4000))?.[1]?.trim() ?? '';
  return `it is a web page${title === '' ? '' : ` with the title "${quoted(title)}"`}, not an answer of EWS`;
}
