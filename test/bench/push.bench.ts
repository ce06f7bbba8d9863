import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import {
  ask,
  Counter,
  deploy,
  end,
  MEASURED,
  measured,
  printRow,
  quantile,
  withNodeRed,
  type BenchRuntime,
} from './parts.js';
import type { PushAnswer, PushOrder } from './push-process.js';
import { report, short, times, whole } from './table.js';

/** Subscriptions that are called at once. */
const SUBSCRIPTIONS = [1, 50, 500];
/** Notifications in a round of several subscriptions. */
const NOTIFICATIONS = 5000;
/** Where there is one subscription, as there each waits for the one before. */
const NOTIFICATIONS_OF_ONE = 1000;
/** Rounds that are measured, after one that warms up; the median is shown. */
const ROUNDS = 3;

interface Round {
  readonly perSecond: number;
  readonly cpu: number;
  /** 99th percentile of the answer time, in milliseconds. */
  readonly p99: number;
}

/**
 * A server in another process pushes notifications of one event to a real Node-RED in this one, each after the answer to
 * the one before: through ews-push-in, and through what one would build of Node-RED's own nodes, which keeps nothing.
 */
export async function run(): Promise<void> {
  await withNodeRed(
    async (runtime) => {
      const counter = new Counter(runtime.RED);
      printRow('subscriptions', 'through', 'answered/s', 'p99 ms', 'CPU µs each');
      for (const count of SUBSCRIPTIONS) {
        await withServer(async (server, url) => {
          const listening = counter.status('grey');
          await deploy(runtime.port, flows(url));
          await listening;
          await subscribed(runtime, count);
          const rounds = Math.ceil((count === 1 ? NOTIFICATIONS_OF_ONE : NOTIFICATIONS) / count);
          const own = await measure(server, count, { push: rounds });
          const to = { url: `http://127.0.0.1:${runtime.port}/own-flow`, subscriptions: count };
          const http = await measure(server, count, { push: rounds, to });
          row(count, 'ews-push-in', own);
          row(count, 'http in, xml', http);
          report(
            `Push, ${count === 1 ? 'one subscription' : `${count} subscriptions at once`}`,
            `${whole(own.perSecond)} answered/s, 99 % within ${short(own.p99)} ms, ${whole(own.cpu)} µs of CPU each`,
            `http in, xml and a change node ${whole(http.perSecond)}/s, ${short(http.p99)} ms, ${whole(http.cpu)} µs: ` +
              `ours ${times(own.perSecond, http.perSecond)} as fast, ${times(own.cpu, http.cpu)} the CPU, with the position on disk before each answer`,
          );
          await deploy(runtime.port, []);
        });
      }
    },
    // The nodes of the flow that is compared are among those that tests leave out.
    { nodesExcludes: [] },
  );
}

function row(count: number, through: string, { perSecond, p99, cpu }: Round): void {
  printRow(String(count), through, perSecond.toFixed(0), p99.toFixed(1), cpu.toFixed(0));
}

async function withServer(work: (server: ChildProcess, url: string) => Promise<void>): Promise<void> {
  const server = fork(join(__dirname, 'push-process.js'));
  try {
    await work(server, (await ask<PushAnswer>(server, { start: true } satisfies PushOrder)).url ?? '');
  } finally {
    await end(server);
  }
}

async function measure(server: ChildProcess, count: number, order: PushOrder): Promise<Round> {
  const rounds: Round[] = [];
  const events = 'push' in order ? order.push * count : 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    let answer: PushAnswer = {};
    const { cpu } = await measured(events, async () => {
      answer = await ask<PushAnswer>(server, order);
    });
    const { took = [], seconds = Number.NaN } = answer;
    rounds.push({ perSecond: took.length / seconds, cpu, p99: quantile(took, 0.99) });
  }
  const middle = (value: (round: Round) => number) => quantile(rounds.slice(1).map(value), 0.5);
  return { perSecond: middle((one) => one.perSecond), cpu: middle((one) => one.cpu), p99: middle((one) => one.p99) };
}

/** Subscribes to so many mailboxes, and waits until the server has called for each. */
async function subscribed({ RED }: BenchRuntime, count: number): Promise<void> {
  const text = count === 1 ? 'node-red:common.status.connected' : `${count} connected`;
  const all = new Promise<void>((resolve) => {
    RED.events.on('node-status', ({ id, status }: { id: string; status?: { text?: string } }) => {
      if (id === MEASURED && status?.text === text) resolve();
    });
  });
  const mailboxes = Array.from({ length: count }, (_, at) => `user${at}@example.com`);
  RED.nodes.getNode('subscribe')?.receive({ payload: mailboxes });
  await all;
}

function flows(url: string): object[] {
  const answer =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">' +
    '<SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>';
  const place = (id: string, type: string, rest: object) => ({
    id,
    type,
    z: 'tab',
    x: 100,
    y: 100,
    wires: [],
    ...rest,
  });
  const shared = { account: 'account', folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'] };
  return [
    { id: 'tab', type: 'tab', label: 'Bench' },
    {
      ...{ id: 'account', type: 'ews-account', name: 'Bench', server: 'url', url, auth: 'basic' },
      credentials: { username: 'bench@example.com', password: 'bench' },
    },
    place('subscribe', 'ews-subscribe', { ...shared, delivery: 'push', pushIn: [MEASURED], access: 'impersonate' }),
    place(MEASURED, 'ews-push-in', { ...shared, source: 'input', output: 'event', wires: [['sink']] }),
    place('sink', 'debug', { active: false, tosidebar: false, complete: 'payload' }),
    place('in', 'http in', { url: '/own-flow', method: 'post', upload: false, wires: [['xml']] }),
    place('xml', 'xml', { property: 'payload', attr: '', chr: '', wires: [['answer', 'sink']] }),
    place('answer', 'change', {
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: answer, tot: 'str' }],
      wires: [['out']],
    }),
    place('out', 'http response', { statusCode: '200', headers: { 'content-type': 'text/xml' } }),
  ];
}
