/**
 * A sandbox in a process of its own, so that what it costs is not measured. Told over the channel of `fork`:
 * `{ limits }` starts it and is answered `{ url, user, password }`; `{ deliver }` puts so many mails into the mailbox
 * and is answered `{ delivered }`. It ends with the channel.
 */
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';

/** What a sandbox in another process is told. */
export type SandboxOrder = { readonly eventsPerNotification: number } | { readonly deliver: number };
/** Where it is, or that it has delivered. */
export interface SandboxAnswer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** All that any round delivers is remembered, or watermarks would become too old. */
const HISTORY = 1_000_000;

let sandbox: Sandbox | undefined;

async function obey(order: SandboxOrder): Promise<void> {
  if ('eventsPerNotification' in order) {
    const { eventsPerNotification } = order;
    sandbox = await startSandbox({ limits: { eventsPerNotification, historyEvents: HISTORY } });
  } else {
    for (let mail = 0; mail < order.deliver; mail += 1) sandbox?.mailbox().deliver({ subject: `Mail ${mail}` });
  }
  const { url = '', user = '', password = '' } = sandbox ?? {};
  process.send?.({ url, user, password } satisfies SandboxAnswer);
}

process.on('message', (order: SandboxOrder) => void obey(order));
process.once('disconnect', () => process.exit(0));
