import { join } from 'node:path';
import type { KerberosModule } from '../../dist/src/transport/negotiate-authentication.js';
import { projectRoot } from '../support/fixture.js';
import { PYTHON } from './python.js';
import { ServerProcess } from './server-process.js';

interface Step {
  readonly token?: string;
  readonly complete?: boolean;
  readonly error?: string;
}

/** Stands in for the npm package kerberos, which has to be compiled, with the same library by way of Python. */
export class GssapiModule extends ServerProcess implements KerberosModule {
  constructor(env: Readonly<Record<string, string>>) {
    super();
    this.start(PYTHON, [join(projectRoot, 'test/auth/ticket.py')], env);
  }

  async initializeClient(service: string): ReturnType<KerberosModule['initializeClient']> {
    await this.#ask({ service });
    let contextComplete = false;
    return {
      get contextComplete() {
        return contextComplete;
      },
      step: async (challenge) => {
        const { token = '', complete = false } = await this.#ask({ step: challenge });
        contextComplete = complete;
        return token;
      },
    };
  }

  async #ask(what: object): Promise<Step> {
    const told = this.lines.length;
    this.tell(JSON.stringify(what));
    await this.until(() => this.lines.length > told);
    const answer = JSON.parse(this.lines[told]!) as Step;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
