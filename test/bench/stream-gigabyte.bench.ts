import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { FirehoseAnswer, FirehoseOrder } from './firehose-process.js';
import { FULL_ENVELOPE } from '../support/firehose.js';
import { ask, Counter, deploy, end, flowWith, printRow, withNodeRed } from './parts.js';
import { report, whole } from './table.js';

const GIGABYTE = 1024 ** 3;
/** How often memory is looked at, in milliseconds. */
const LOOK_MS = 100;
const STEPS = 8;

/**
 * A server, in another process, that writes a gigabyte of events as fast as it can; a real Node-RED in this one reads
 * it. The first step shows what reading takes at all; if the later ones take more, something piles up.
 */
export async function run(): Promise<void> {
  await withNodeRed(async ({ RED, port }) => {
    const server = fork(join(__dirname, 'firehose-process.js'));
    try {
      const { url } = await look(server);
      let messages = 0;
      const steps: number[] = [];
      new Counter(RED).onMessage = () => (messages += 1);
      global.gc?.();
      const before = process.memoryUsage().rss;
      const start = process.hrtime.bigint();
      printRow('MiB written', 'messages', 'MiB resident at most', 'more than at first');
      await deploy(
        port,
        flowWith({ url, user: 'user', password: 'password' }, { type: 'ews-stream', connectionTimeout: '30' }),
      );
      for (let step = 1; step <= STEPS; step += 1) {
        const { written, most } = await reading(server, (GIGABYTE * step) / STEPS);
        printRow(mebibytes(written), String(messages), mebibytes(most), mebibytes(most - before));
        steps.push(most);
      }
      const [first = NaN, last = NaN] = [steps[0], steps.at(-1)];
      report(
        `Memory while ${whole(messages)} events come as fast as they are read`,
        `${mebibytes(last)} MiB resident at most in the last eighth`,
        `${mebibytes(first)} MiB in the first (aim: flat)`,
      );
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      console.log(`  ${(messages / seconds).toFixed(0)} messages/s over ${seconds.toFixed(0)} s`);
      await deploy(port, []);
    } finally {
      await end(server);
    }
  });
}

/** Until so many bytes were written: how many exactly, and the most memory meanwhile, in bytes. */
async function reading(server: ChildProcess, bytes: number): Promise<{ written: number; most: number }> {
  let most = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    most = Math.max(most, process.memoryUsage().rss);
    const { written } = await look(server);
    if (written >= bytes) return { written, most };
  }
}

function look(server: ChildProcess): Promise<FirehoseAnswer> {
  return ask<FirehoseAnswer>(server, { bytes: GIGABYTE, events: FULL_ENVELOPE } satisfies FirehoseOrder);
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
