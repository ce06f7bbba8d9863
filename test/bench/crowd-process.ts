/**
 * A sandbox with a large organization in a process of its own, so that what it costs is not measured. It is told how many
 * mailboxes there are and how slowly it answers, says where it is, and ends with the channel.
 */
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';

export interface CrowdOrder {
  readonly mailboxes: number;
  /** Milliseconds before each answer. */
  readonly delayMs: number;
}

export interface CrowdAnswer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A stream carries 200 mailboxes, and all are charged to the one account here. */
const STREAMS = 1000;

export function addressOf(number: number): string {
  return `user${number}@sandbox.example`;
}

async function obey({ mailboxes, delayMs }: CrowdOrder): Promise<void> {
  const sandbox = await startSandbox({ limits: { streamingConnections: STREAMS } });
  const { url, user, password } = sandbox;
  sandbox.allowImpersonation(user);
  for (let number = 0; number < mailboxes; number += 1) sandbox.addMailbox(addressOf(number));
  sandbox.misbehave({ delayMs });
  const counts = new Map<string, number>();
  sandbox.onRequest(({ operation = '' }) => counts.set(operation, (counts.get(operation) ?? 0) + 1));
  process.on('message', () => process.send?.(Object.fromEntries(counts)));
  process.send?.({ url, user, password } satisfies CrowdAnswer);
}

if (process.send) {
  process.once('message', (order: CrowdOrder) => void obey(order));
  process.once('disconnect', () => process.exit(0));
}
