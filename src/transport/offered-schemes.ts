/** The authentication schemes of the world of Exchange, as they are spelt. */
const KNOWN = ['Negotiate', 'NTLM', 'Basic', 'Bearer', 'Digest'];

/** The names of the schemes in WWW-Authenticate or Proxy-Authenticate, without their parameters. */
export function offeredSchemes(header: string | string[] | undefined): string[] {
  const text = joined(header);
  return KNOWN.filter((scheme) => new RegExp(`(?:^|,)\\s*${scheme}(?:[\\s,]|$)`, 'i').test(text));
}

/** What follows the name of a scheme (RFC 9110, token68), decoded; `undefined` when nothing does. */
export function challengeOf(header: string | string[] | undefined, scheme: string): Buffer | undefined {
  const found = new RegExp(`(?:^|,)\\s*${scheme} +([A-Za-z0-9+/]+=*)\\s*(?:,|$)`, 'i').exec(joined(header));
  return found?.[1] === undefined ? undefined : Buffer.from(found[1], 'base64');
}

function joined(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(', ') : (header ?? '');
}
