import { connect } from 'node:net';
import { writeEnvelope } from '../../dist/src/protocol/envelope.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ALL_EVENTS } from './events.js';

const SUBSCRIBE = subscribe.write({
  delivery: 'pull',
  timeoutMinutes: 60,
  scope: { allFolders: true },
  events: ALL_EVENTS,
});
/** Requests that are on their way at the same time. */
const PIPELINED = 20;

/** Subscribes for each address by impersonation, with next to no cost of its own: one socket, and answers not read. */
function subscribeAll(sandbox: Sandbox, addresses: readonly string[]): Promise<void> {
  const { port, pathname } = new URL(sandbox.url);
  const credentials = Buffer.from(`${sandbox.user}:${sandbox.password}`).toString('base64');
  const head = `POST ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${credentials}\r\n`;
  const socket = connect(Number(port), '127.0.0.1');
  let sent = 0;
  const send = () => {
    const smtpAddress = addresses[sent++];
    if (smtpAddress === undefined) return;
    const body = writeEnvelope({ version: 'Exchange2013', impersonate: { smtpAddress } }, SUBSCRIBE);
    socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  return new Promise((resolve, reject) => {
    let answered = 0;
    sandbox.onResponse(() => {
      answered += 1;
      if (answered === addresses.length) socket.end(resolve);
      else send();
    });
    socket.on('error', reject).resume();
    for (let first = 0; first < PIPELINED; first++) send();
  });
}

/** Makes so many mailboxes with a subscription and a new mail each, and prints what that takes, as JSON. */
async function main(count: number): Promise<void> {
  const sandbox = await startSandbox({ limits: { concurrentRequests: 2 * PIPELINED } });
  sandbox.allowImpersonation(sandbox.user);
  const addresses = Array.from({ length: count }, (_, number) => `user${number}@sandbox.example`);
  for (const address of addresses) sandbox.addMailbox(address);
  await subscribeAll(sandbox, addresses);
  for (const address of addresses) sandbox.mailbox(address).deliver();
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(JSON.stringify({ subscriptions: sandbox.subscriptionCount, megabytes }));
  await sandbox.close();
}

void main(Number(process.argv[2]));
