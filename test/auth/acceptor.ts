import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { Issued } from '../support/certificates.js';
import { PYTHON } from './python.js';
import { ServerProcess } from './server-process.js';
import { usersFile, type User } from './users.js';

export interface AcceptorTls extends Issued {
  /** Checks channel bindings with the certificate's hash by this name; without, none are looked at. */
  readonly hash?: string;
}

/** `acceptor.py` before a sandbox. */
export class Acceptor extends ServerProcess {
  readonly #scheme: string;

  private constructor(scheme: string) {
    super();
    this.#scheme = scheme;
  }

  static async start(program: string, user: User, sandbox: Sandbox, tls?: AcceptorTls): Promise<Acceptor> {
    const acceptor = new Acceptor(tls ? 'https' : 'http');
    const { url: to, user: name, password } = sandbox;
    const secure = tls && {
      cert: acceptor.file('cert.pem', tls.cert),
      key: acceptor.file('key.pem', tls.key),
      ...(tls.hash === undefined ? {} : { hash: tls.hash }),
    };
    const settings = JSON.stringify({ to, user: name, password, ...secure });
    acceptor.start(PYTHON, [program, settings], usersFile(acceptor, user));
    try {
      await acceptor.until(() => acceptor.#told('port').length > 0);
    } catch (error) {
      await acceptor.close();
      throw error;
    }
    return acceptor;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${String(this.#told('port')[0])}/EWS/Exchange.asmx`;
  }

  /** Who was let in, sign-in by sign-in. */
  get accepted(): string[] {
    return this.#told('accepted').map(String);
  }

  /** Why the others were not. */
  get refused(): string[] {
    return this.#told('refused').map(String);
  }

  #told(key: string): unknown[] {
    return this.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as Record<string, unknown>)[key])
      .filter((value) => value !== undefined);
  }
}
