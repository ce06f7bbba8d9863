import type { SandboxAnswer } from './sandbox-process.js';
import { report } from './table.js';
import { deploy, flowWith, MEASURED, printRow, withNodeRed, withSandbox, type BenchRuntime } from './parts.js';

/** Idle nodes. */
const IDLE = [1, 250];
const WARM_UP = 100;
/** What each may take with a connection of its own, over TLS, in KiB. */
const AIM = 120;

/**
 * Memory that each idle ews-stream node takes, over TLS, with everything that belongs to it: the node, its engine, its
 * position and its stream. With a connection each, and on connections that they share.
 */
export async function run(): Promise<void> {
  printRow('idle nodes', 'connections', 'KiB resident each', 'KiB heap each');
  await withNodeRed(
    async (runtime) => {
      // Of grommunio each stream carries one mailbox, so each node has a connection.
      for (const character of ['exchange', 'grommunio'] as const) {
        await withSandbox({ eventsPerNotification: 50, tls: true, character }, async (_sandbox, address) => {
          // What the first nodes take is Node-RED's and the package's own.
          const all = connected(runtime.RED, WARM_UP);
          await deploy(runtime.port, nodes(address, WARM_UP));
          await all;
          await deploy(runtime.port, []);
          for (const count of IDLE) await memory(runtime, address, count, character === 'exchange');
        });
      }
    },
    // tls-config is among the nodes that tests leave out.
    { nodesExcludes: [] },
  );
}

async function memory({ RED, port }: BenchRuntime, address: SandboxAnswer, count: number, shared: boolean) {
  const before = await settled();
  const all = connected(RED, count);
  await deploy(port, nodes(address, count));
  await all;
  const { rss, heapUsed } = await settled();
  const each = (bytes: number) => (bytes / 1024 / count).toFixed(1);
  const connections = shared ? Math.ceil(count / 200) : count;
  const resident = each(rss - before.rss);
  printRow(String(count), String(connections), resident, each(heapUsed - before.heapUsed));
  if (count === IDLE.at(-1)) {
    report(
      `Memory of each of ${count} idle streams over TLS, ${shared ? '200 to a connection' : 'a connection each'}`,
      `${resident} KiB resident, ${each(heapUsed - before.heapUsed)} KiB of it heap`,
      shared ? '' : `aim: ${AIM} KiB resident`,
    );
  }
  await deploy(port, []);
}

/** Memory when what is under way is over and what is unused is gone. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    global.gc?.();
  }
  return process.memoryUsage();
}

/** Resolves when so many nodes show that they are connected. */
function connected(RED: BenchRuntime['RED'], count: number): Promise<void> {
  const ready = new Set<string>();
  return new Promise((resolve) => {
    const look = ({ id, status }: { id: string; status?: { fill?: string } }) => {
      if (status?.fill === 'green') ready.add(id);
      else ready.delete(id);
      if (ready.size < count) return;
      RED.events.off('node-status', look);
      resolve();
    };
    RED.events.on('node-status', look);
  });
}

function nodes(address: SandboxAnswer, count: number): object[] {
  const flow = flowWith(address, { type: 'ews-stream', connectionTimeout: '30' }) as { id: string }[];
  const node = flow.find(({ id }) => id === MEASURED);
  const all = Array.from({ length: count }, (_, at) => ({ ...node, id: `${MEASURED}${at}` }));
  return [...flow.filter((one) => one !== node), ...all];
}
