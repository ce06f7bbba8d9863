/**
 * Where byte order mark, white space and XML declaration end. The declaration is skipped unread: Amazon WorkMail's
 * heartbeats begin with an illegal one, and the encoding was settled when the bytes became text.
 * Returns -1 where it is not ended.
 */
export function prologEnd(document: string): number {
  const start = skipSpace(document, document.startsWith('\ufeff') ? 1 : 0);
  if (!/^<\?xml\s/.test(document.slice(start, start + 6))) return start;
  const end = document.indexOf('?>', start);
  return end === -1 ? -1 : skipSpace(document, end + 2);
}

function skipSpace(document: string, from: number): number {
  let at = from;
  while (at < document.length && ' \t\r\n'.includes(document.charAt(at))) at += 1;
  return at;
}
