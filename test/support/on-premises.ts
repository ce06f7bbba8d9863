import { X509Certificate } from 'node:crypto';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { makeAuthority } from './certificates.js';
import { forwardTo } from './forward.js';
import { startProxy, type TestProxy } from './http-proxy.js';
import { serve, type TestServer } from './http-server.js';
import { NOT_LOADED } from './embedded-node-red.js';
import type { FlowNode } from './node-red-process.js';
import { NtlmFront } from './ntlm-front.js';
import { expectedBindings } from './ntlm-server.js';

/** A Node-RED for these flows has the nodes for TLS and proxies. */
export const WITH_TLS_AND_PROXY = {
  nodesExcludes: NOT_LOADED.filter((file) => !['05-tls.js', '06-httpproxy.js'].includes(file)),
};

/** The name of the server, which only the proxy knows how to reach. */
const HOST = 'mail.corp.example';

export interface Secrets {
  readonly password: string;
  readonly proxyPassword: string;
}

/**
 * What stands where Exchange is one's own: a server that asks for NTLM with channel bindings, with a certificate of a
 * private authority, behind a proxy that asks for a password.
 */
export class OnPremises {
  readonly url = `https://${HOST}/EWS/Exchange.asmx`;

  private constructor(
    readonly front: NtlmFront,
    readonly proxy: TestProxy,
    readonly ca: string,
    readonly secrets: Secrets,
    private readonly server: TestServer,
  ) {}

  static async start(sandbox: Sandbox, secrets: Secrets): Promise<OnPremises> {
    const authority = await makeAuthority();
    const issued = await authority.issue(HOST);
    const bindings = expectedBindings(new X509Certificate(issued.cert).raw, 'sha256');
    const front = new NtlmFront({ password: secrets.password, bindings });
    const server = await serve(
      front.listener(
        forwardTo((_request, response) => {
          response.setHeader('Set-Cookie', 'X-BackEndOverrideCookie=c00kie-secret~1; path=/; HttpOnly');
          return sandbox;
        }),
      ),
      issued,
    );
    const proxy = await startProxy({ credentials: `pat:${secrets.proxyPassword}`, leadsTo: () => server.port });
    return new OnPremises(front, proxy, authority.ca, secrets, server);
  }

  tls(id: string, more: object = { cadata: this.ca }): FlowNode {
    return {
      ...{ id, type: 'tls-config', name: '', cert: '', key: '', ca: '', certname: '', keyname: '', caname: '' },
      ...{ servername: '', verifyservercert: true, alpnprotocol: '', credentials: more },
    };
  }

  httpProxy(id: string, noproxy: readonly string[] = [], password = this.secrets.proxyPassword): FlowNode {
    const credentials = { username: 'pat', password };
    return { id, type: 'http proxy', name: '', url: this.proxy.origin, noproxy, credentials };
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.server.close();
  }
}
