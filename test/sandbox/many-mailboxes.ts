import { writeEnvelope } from '../../dist/src/protocol/envelope.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { Client } from './client.js';
import { ALL_EVENTS } from './events.js';

const AT_ONCE = 20;
const SUBSCRIBE = subscribe.write({
  delivery: 'pull',
  timeoutMinutes: 60,
  scope: { allFolders: true },
  events: ALL_EVENTS,
});

/** Makes so many mailboxes with a subscription and a new mail each, and prints what that takes, as JSON. */
async function main(count: number): Promise<void> {
  const sandbox = await startSandbox();
  const client = new Client(sandbox);
  sandbox.allowImpersonation(sandbox.user);
  const addresses = Array.from({ length: count }, (_, number) => `user${number}@sandbox.example`);
  for (const address of addresses) sandbox.addMailbox(address);
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = addresses.slice(at, at + AT_ONCE);
    await Promise.all(
      some.map((smtpAddress) =>
        client.post(writeEnvelope({ version: 'Exchange2013', impersonate: { smtpAddress } }, SUBSCRIBE)),
      ),
    );
  }
  for (const address of addresses) sandbox.mailbox(address).deliver();
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(JSON.stringify({ subscriptions: sandbox.subscriptionCount, megabytes }));
  await client.close();
  await sandbox.close();
}

void main(Number(process.argv[2]));
