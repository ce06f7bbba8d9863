import { ownText } from '../protocol/own-text.js';

/** Cookies kept for one affinity group, at most: a server that sets more is misbehaving. */
const MAX_COOKIES = 50;
/** Name and value together, in characters; what RFC 6265 asks a client to be able to keep. */
const MAX_COOKIE_LENGTH = 4096;

/** So many different headers are shared among jars, at most. */
const MAX_SHARED = 200;

const known = new Map<string, string>();

/** The same text for the same cookies: thousands of mailboxes are at a few back ends. */
function shared(header: string): string {
  const found = known.get(header);
  if (found !== undefined) return found;
  if (known.size >= MAX_SHARED) known.clear();
  const own = ownText(header);
  known.set(own, own);
  return own;
}

/**
 * The cookies of affinity groups. Exchange names the back end that holds the subscriptions in `X-BackEndOverrideCookie`,
 * load balancers in cookies of their own; a newer value takes the place of the older.
 * All calls go to one URL, so a cookie's path and domain say nothing here and are not looked at.
 */
export class CookieJar {
  /** The header of each group that has any. There is a group for each mailbox, and hardly more than two cookies in it. */
  readonly #headers = new Map<string, string>();

  /** Takes over the cookies of a response; one that has already run out (`now` in ms) is forgotten. */
  take(group: string, setCookie: string | string[] | undefined, now: number): void {
    if (setCookie === undefined) return;
    let cookies: readonly string[] = this.#headers.get(group)?.split('; ') ?? [];
    for (const header of Array.isArray(setCookie) ? setCookie : [setCookie]) cookies = withOne(cookies, header, now);
    if (cookies.length === 0) this.#headers.delete(group);
    else this.#headers.set(group, shared(cookies.join('; ')));
  }

  /** The value of the Cookie header, or `undefined` when there is nothing to send. */
  header(group: string): string | undefined {
    return this.#headers.get(group);
  }

  forget(group: string): void {
    this.#headers.delete(group);
  }
}

/** `cookies`, each a name and its value, with what a header sets. */
function withOne(cookies: readonly string[], header: string, now: number): readonly string[] {
  const [pair = '', ...attributes] = header.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if (equals < 1 || name === '' || name.length + value.length > MAX_COOKIE_LENGTH || !/^[\x20-\x7e]*$/.test(pair))
    return cookies;
  const isIt = (one: string) => one.startsWith(`${name}=`);
  const cookie = `${name}=${value}`;
  if (hasRunOut(attributes, now)) return cookies.filter((one) => !isIt(one));
  if (cookies.some(isIt)) return cookies.map((one) => (isIt(one) ? cookie : one));
  return cookies.length < MAX_COOKIES ? cookies.concat(cookie) : cookies;
}

function hasRunOut(attributes: readonly string[], now: number): boolean {
  let expires: number | undefined;
  for (const attribute of attributes) {
    const [key = '', value = ''] = attribute.split(/=(.*)/s).map((part) => part.trim());
    // Max-Age beats Expires wherever both are given (RFC 6265, 5.3).
    if (key.toLowerCase() === 'max-age' && /^-?\d+$/.test(value)) return Number(value) <= 0;
    if (key.toLowerCase() === 'expires') expires = Date.parse(value);
  }
  return expires !== undefined && expires <= now;
}
