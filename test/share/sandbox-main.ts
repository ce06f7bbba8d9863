/**
 * A sandbox in a process of its own. It is told what to do over the channel of `fork`, answers each order when it is
 * done, and ends with the channel.
 */
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';

export type SandboxOrder =
  /** Start with these mailboxes, which the sandbox's user may open too; the first order. */
  | { readonly mailboxes: readonly string[] }
  /** Put a mail into each of these mailboxes. */
  | { readonly deliver: readonly string[] };

export interface SandboxAnswer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The ids of what was delivered, in order. */
  readonly delivered: readonly string[];
}

/** Nothing that a test delivers is forgotten while it is away. */
const HISTORY = 100_000;

let sandbox: Sandbox | undefined;

async function obey(order: SandboxOrder): Promise<SandboxAnswer> {
  if ('mailboxes' in order) {
    const started = (sandbox = await startSandbox({ limits: { historyEvents: HISTORY } }));
    for (const address of order.mailboxes) {
      started.addMailbox(address);
      started.allowDelegate(address, started.user);
    }
  }
  if (!sandbox) throw new Error('The sandbox has not been started.');
  const { url, user, password } = sandbox;
  const deliver = 'deliver' in order ? order.deliver : [];
  const delivered = deliver.map((address) => sandbox?.mailbox(address).deliver({ subject: 'Mail' }).id ?? '');
  return { url, user, password, delivered };
}

process.on('message', (order: SandboxOrder) => void obey(order).then((answer) => process.send?.(answer)));
process.once('disconnect', () => process.exit(0));
