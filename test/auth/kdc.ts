import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isListening, ServerProcess } from './server-process.js';
import { freePort } from '../support/free-port.js';

const REALM = 'CORP.EXAMPLE';
const MASTER = 'of this test';

/** A Kerberos domain of its own: MIT's KDC, with a service at `localhost` and a user. */
export class Kdc extends ServerProcess {
  readonly #env: Record<string, string>;

  private constructor(port: number) {
    super();
    const path = (name: string) => join(this.directory, name);
    const database = ['[realms]', `${REALM} = {`, `database_name = ${path('principal')}`];
    this.file('kdc.conf', [...database, `key_stash_file = ${path('stash')}`, '}', ''].join('\n'));
    const defaults = ['[libdefaults]', `default_realm = ${REALM}`, 'dns_canonicalize_hostname = false', 'rdns = false'];
    const realm = ['[realms]', `${REALM} = {`, `kdc = 127.0.0.1:${port}`, '}', ''];
    this.file('krb5.conf', [...defaults, 'dns_lookup_kdc = false', 'udp_preference_limit = 1', ...realm].join('\n'));
    this.#env = {
      KRB5_CONFIG: path('krb5.conf'),
      KRB5_KDC_PROFILE: path('kdc.conf'),
      KRB5CCNAME: `FILE:${path('tickets')}`,
      KRB5_KTNAME: `FILE:${path('service.keytab')}`,
      // The servers here live for one test, so nothing can be replayed to them.
      KRB5RCACHENAME: 'none:',
    };
  }

  static async start(user: string, password: string): Promise<Kdc> {
    const port = await freePort();
    const kdc = new Kdc(port);
    try {
      kdc.#run('/usr/sbin/kdb5_util', ['-r', REALM, 'create', '-s', '-P', MASTER]);
      const kadmin = (query: string) => kdc.#run('/usr/sbin/kadmin.local', ['-r', REALM, '-q', query]);
      kadmin(`addprinc -pw ${password} ${user}`);
      kadmin('addprinc -randkey HTTP/localhost');
      kadmin(`ktadd -k ${join(kdc.directory, 'service.keytab')} HTTP/localhost`);
      // Whoever serves must be able to read it, and that is not always who made it.
      kdc.#run('/bin/chmod', ['644', join(kdc.directory, 'service.keytab')]);
      kdc.start('/usr/sbin/krb5kdc', ['-n', '-p', String(port), '-r', REALM], kdc.#env);
      await kdc.until(() => isListening(port));
    } catch (error) {
      await kdc.close();
      throw error;
    }
    return kdc;
  }

  /** The environment in which programs are of this domain. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** Gets the user a ticket. */
  kinit(user: string, password: string): void {
    this.#run('/usr/bin/kinit', [user], `${password}\n`);
  }

  /** Takes the tickets away. */
  kdestroy(): void {
    this.#run('/usr/bin/kdestroy', ['-A']);
  }

  #run(command: string, args: readonly string[], input = ''): void {
    execFileSync(command, args, { env: { ...process.env, ...this.#env }, input, stdio: ['pipe', 'pipe', 'pipe'] });
  }
}
