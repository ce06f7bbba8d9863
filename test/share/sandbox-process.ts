import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SandboxAnswer, SandboxOrder } from './sandbox-main.js';

/** A sandbox in a process of its own, with a record of what was delivered. */
export class SandboxProcess {
  /** The ids of the mails of each mailbox, in the order in which they were delivered. */
  readonly delivered = new Map<string, string[]>();
  readonly #child: ChildProcess;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.#child = fork(join(__dirname, 'sandbox-main.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  static async start(mailboxes: readonly string[]): Promise<{ sandbox: SandboxProcess; where: SandboxAnswer }> {
    const sandbox = new SandboxProcess();
    return { sandbox, where: await sandbox.#ask({ mailboxes }) };
  }

  /** Puts a mail into each of these mailboxes. */
  async deliver(mailboxes: readonly string[]): Promise<void> {
    const { delivered } = await this.#ask({ deliver: mailboxes });
    for (const [at, mailbox] of mailboxes.entries()) {
      const ids = this.delivered.get(mailbox) ?? [];
      ids.push(delivered[at] ?? '');
      this.delivered.set(mailbox, ids);
    }
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  /** One order after the other, so that each has its own answer. */
  #ask(order: SandboxOrder): Promise<SandboxAnswer> {
    const answered = this.#turn.then(async () => {
      const answer = once(this.#child, 'message');
      this.#child.send(order);
      return (await answer)[0] as SandboxAnswer;
    });
    this.#turn = answered.catch(() => undefined);
    return answered;
  }
}
