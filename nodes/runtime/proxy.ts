import type { NodeAPI } from 'node-red';
import { environmentProxies, type ProxySettings } from '../../src/transport/http-proxy.js';

/** What Node-RED's `http proxy` node holds. Its type is Node-RED's own and not published. */
interface HttpProxyNode {
  readonly type: string;
  readonly url?: unknown;
  readonly noproxy?: unknown;
  readonly credentials?: { readonly username?: unknown; readonly password?: unknown };
}

/** The proxy that an account names, or what the environment says where it names none. */
export function proxySettings(red: NodeAPI, id: string): ProxySettings {
  if (id === '') return environmentProxies(process.env);
  const node = red.nodes.getNode(id) as HttpProxyNode | null;
  // As with Node-RED's own nodes, a proxy that is not there any more is none.
  if (node?.type !== 'http proxy') return { http: '', https: '', except: '' };
  const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
  const url = text(node.url);
  const except = (Array.isArray(node.noproxy) ? (node.noproxy as unknown[]) : []).map(text).join(',');
  const { username, password } = node.credentials ?? {};
  return {
    ...{ http: url, https: url, except, username: text(username) },
    password: typeof password === 'string' ? password : '',
  };
}
