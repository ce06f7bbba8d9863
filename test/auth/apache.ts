import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { Issued } from '../support/certificates.js';
import { ERROR_LOG, isListening, ServerProcess } from './server-process.js';
import { usersFile, type User } from './users.js';
import { freePort } from '../support/free-port.js';

const MODULES = [
  ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_gssapi', 'headers'],
  ...['proxy', 'proxy_http', 'ssl'],
];

/** Whom it lets in: a user by NTLM, or everybody who brings a ticket for it. */
export type LetsIn = User | { readonly mechanism: 'krb5'; readonly env: NodeJS.ProcessEnv };

/** Apache with mod_auth_gssapi before a sandbox. */
export class Apache extends ServerProcess {
  url = '';

  static async start(who: LetsIn, sandbox: Sandbox, tls?: Issued): Promise<Apache> {
    const apache = new Apache();
    const { mechanism, env } = 'mechanism' in who ? who : { mechanism: 'ntlmssp', env: usersFile(apache, who) };
    const port = await freePort();
    apache.url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}/EWS/Exchange.asmx`;
    const configuration = apache.file('apache.conf', apache.#configuration(port, mechanism, sandbox, tls));
    apache.start('/usr/sbin/apache2', ['-X', '-f', configuration], env);
    try {
      await apache.until(() => isListening(port));
    } catch (error) {
      await apache.close();
      throw error;
    }
    return apache;
  }

  #configuration(port: number, mechanism: string, { url, user, password }: Sandbox, tls?: Issued): string {
    const pair = Buffer.from(`${user}:${password}`).toString('base64');
    const secure = tls
      ? ['SSLEngine On', `SSLCertificateFile ${this.file('cert.pem', tls.cert)}`].concat(
          `SSLCertificateKeyFile ${this.file('key.pem', tls.key)}`,
        )
      : [];
    return [
      ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      `ServerRoot ${this.directory}`,
      'ServerName 127.0.0.1',
      `Listen 127.0.0.1:${port}`,
      'PidFile apache.pid',
      `Mutex file:${this.directory}`,
      `ErrorLog ${ERROR_LOG}`,
      // Only a server that is started by root can, and has to, become somebody else.
      ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
      // With -X there is one process, without children that could be left behind.
      ...['StartServers 1', 'ServerLimit 1', 'ThreadsPerChild 25', 'MaxRequestWorkers 25', 'KeepAliveTimeout 60'],
      'MaxKeepAliveRequests 0',
      ...secure,
      '<Location />',
      'AuthType GSSAPI',
      'AuthName "EWS"',
      `GssapiAllowedMech ${mechanism}`,
      'GssapiConnectionBound On',
      'Require valid-user',
      `RequestHeader set Authorization "Basic ${pair}"`,
      `ProxyPass ${new URL(url).origin}/ flushpackets=on`,
      '</Location>',
      '',
    ].join('\n');
  }
}
