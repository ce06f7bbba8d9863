/** Cookies kept for one affinity group, at most: a server that sets more is misbehaving. */
const MAX_COOKIES = 50;
/** Name and value together, in characters; what RFC 6265 asks a client to be able to keep. */
const MAX_COOKIE_LENGTH = 4096;

/** So many different ones are shared among jars, at most. */
const MAX_SHARED = 200;

interface Cookie {
  readonly name: string;
  readonly value: string;
}

const known = new Map<string, Cookie>();

/** The same for the same cookie: thousands of mailboxes are at a few back ends. */
function shared(name: string, value: string): Cookie {
  const key = `${name}=${value}`;
  const found = known.get(key);
  if (found) return found;
  if (known.size >= MAX_SHARED) known.clear();
  const cookie = { name, value };
  known.set(key, cookie);
  return cookie;
}

/**
 * The cookies of one affinity group. Exchange names the back end that holds the subscriptions in
 * `X-BackEndOverrideCookie`, load balancers in cookies of their own; a newer value takes the place of the older.
 * All calls go to one URL, so a cookie's path and domain say nothing here and are not looked at.
 */
export class CookieJar {
  /** There is a jar for each mailbox, and hardly more than two cookies in it. */
  #cookies: readonly Cookie[] = [];

  /** Takes over the cookies of a response; one that has already run out (`now` in ms) is forgotten. */
  take(setCookie: string | string[] | undefined, now: number): void {
    if (setCookie === undefined) return;
    for (const header of Array.isArray(setCookie) ? setCookie : [setCookie]) this.#takeOne(header, now);
  }

  #takeOne(header: string, now: number): void {
    const [pair = '', ...attributes] = header.split(';');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    if (equals < 1 || name === '' || name.length + value.length > MAX_COOKIE_LENGTH || !/^[\x20-\x7e]*$/.test(pair))
      return;
    const others = this.#cookies.filter((one) => one.name !== name);
    const isKnown = others.length < this.#cookies.length;
    if (hasRunOut(attributes, now)) this.#cookies = others;
    else if (isKnown) this.#cookies = this.#cookies.map((one) => (one.name === name ? shared(name, value) : one));
    else if (others.length < MAX_COOKIES) this.#cookies = others.concat(shared(name, value));
  }

  /** The value of the Cookie header, or `undefined` when there is nothing to send. */
  header(): string | undefined {
    if (this.#cookies.length === 0) return undefined;
    return this.#cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  clear(): void {
    this.#cookies = [];
  }
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
