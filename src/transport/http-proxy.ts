import { EwsError } from '../protocol/ews-error.js';

/** A proxy on the way to the server. Its password is never logged, never part of an error. */
export interface HttpProxy {
  /** Scheme, host and port, as they may be shown. */
  readonly origin: string;
  /** Empty when it lets everybody through. */
  readonly username: string;
  readonly password: string;
}

/** Which proxy leads where: what an http proxy node holds, or what the environment says. */
export interface ProxySettings {
  /** The proxy for addresses that begin with http://. */
  readonly http: string;
  /** The proxy for addresses that begin with https://. */
  readonly https: string;
  /** Hosts that are reached without it, separated by commas or blanks. */
  readonly except: string;
  /** Takes the place of what the proxy's address says of them. */
  readonly username?: string;
  readonly password?: string;
}

/**
 * What the usual environment variables say, small letters before capitals. As other programs do it, they are not used
 * for this machine itself.
 */
export function environmentProxies(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string) => env[name] ?? env[name.toUpperCase()] ?? '';
  const all = read('all_proxy');
  const loopback = 'localhost,127.0.0.1,[::1]';
  return {
    http: read('http_proxy') || all,
    https: read('https_proxy') || all,
    except: `${read('no_proxy')},${loopback}`,
  };
}

/**
 * The proxy that leads to a URL, or `undefined` for none. Exceptions are read as Node-RED's own http request node reads
 * them: a name is that host alone, `.example.com` and `*.example.com` all below it, `*` everything; a port may follow.
 * Throws `EWS_CONFIGURATION` for the address of a proxy that is none.
 */
export function proxyFor(url: URL, settings: ProxySettings): HttpProxy | undefined {
  const address = (url.protocol === 'https:' ? settings.https : settings.http).trim();
  if (address === '' || isException(url, settings.except)) return undefined;
  const text = address.includes('://') ? address : `http://${address}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (!proxy || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')) {
    throw new EwsError('EWS_CONFIGURATION', 'The address of the proxy must begin with http:// or https://.');
  }
  return {
    origin: proxy.origin,
    username: settings.username || decoded(proxy.username),
    password: settings.username ? (settings.password ?? '') : decoded(proxy.password),
  };
}

/** A part of a URL as it was meant; one that holds a % of its own was meant as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The Proxy-Authorization header; empty when there is nobody to sign in. */
export function proxyHeaders({ username, password }: HttpProxy): Record<string, string> {
  if (username === '' && password === '') return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}` };
}

function isException(url: URL, except: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return except
    .toLowerCase()
    .split(/[,\s]+/)
    .some((entry) => {
      const [, name = '', onlyPort = port] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? [];
      if (name === '' || onlyPort !== port) return false;
      const suffix = name.startsWith('*') ? name.slice(1) : name.startsWith('.') ? name : undefined;
      return suffix === undefined ? url.hostname === name : url.hostname.endsWith(suffix);
    });
}
