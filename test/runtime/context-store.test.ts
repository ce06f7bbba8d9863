import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeRed, type FlowNode } from '../support/node-red-process.js';
import { pushNode } from '../support/push-flows.js';
import { RuntimeLab } from '../support/runtime-lab.js';
import { streamNode } from '../support/stream-flows.js';

const NAMES = ['pull', 'stream', 'push'];

describe('positions in a context store of somebody else’s', () => {
  let directory: string;
  let reds: NodeRed[];
  let lab: RuntimeLab;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ews-store-'));
    reds = [];
  });
  afterEach(async () => {
    await lab.sandbox.close();
    await Promise.all(reds.map((red) => red.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(failures = 0): Promise<NodeRed> {
    const config = { file: join(directory, 'store.json'), failures };
    const module = join(__dirname, '..', 'support', 'slow-store.js');
    const red = await NodeRed.start({ contextStorage: { default: { module: 'memory' }, shared: { module, config } } });
    reds.push(red);
    return red;
  }

  /** A node for each delivery, all of them with their positions in that store. */
  function flows(statusFrequency = '5'): FlowNode[] {
    const store = { store: 'shared' };
    return [
      ...[lab.tab(), lab.account(), lab.sink(), lab.pull(store), streamNode(lab, store)],
      pushNode(lab, { ...store, statusFrequency }),
    ];
  }

  it('that answers late and fails at times: it is said once, events go on, and after a restart nothing is lost', async () => {
    lab = await RuntimeLab.open(await start(9));
    await lab.connect(flows(), ...NAMES);
    const delivered: string[] = [];
    for (let round = 0; round < 8; round += 1) delivered.push(...lab.deliver(2), await lab.settled(...NAMES));
    for (const name of NAMES) {
      assert.deepEqual(lab.items(name), delivered);
      assert.ok(lab.red.warnings(lab.id(name)).length <= 1, 'it is not said with each write');
    }
    assert.ok(lab.red.warnings().some(({ text }) => /cannot be saved.*the database is busy/.test(text)));
    await lab.red.stop();
    delivered.push(...lab.deliver(5));
    await lab.red.start();
    // Where the server calls, it does so again after a while only; a deploy of a change has it subscribed to at once.
    await lab.red.deploy(flows('6'));
    await lab.assertExactly(delivered, ...NAMES);
  });

  it('is enough for another Node-RED to carry on from', async () => {
    lab = await RuntimeLab.open(await start());
    await lab.connect(flows(), ...NAMES);
    const before = [...lab.deliver(3), await lab.settled(...NAMES)];
    await lab.red.stop();
    const missed = lab.deliver(60);
    const other = await start();
    await other.deploy(flows('6'));
    await other.until(() => NAMES.every((name) => other.items(lab.id(name)).length >= missed.length));
    for (const name of NAMES) {
      assert.deepEqual(lab.items(name), before);
      assert.deepEqual(other.items(lab.id(name)), missed);
    }
    assert.deepEqual(other.errors(), []);
  });

  it('holds what waits to be sent too, so that another Node-RED sends it when this one is killed', async () => {
    lab = await RuntimeLab.open(await start());
    const waiting = { store: 'shared', include: 'summary', calm: '0' };
    const nodes = (statusFrequency: string) => [
      ...[lab.tab(), lab.account(), lab.sink(), lab.pull(waiting), streamNode(lab, waiting)],
      pushNode(lab, { ...waiting, statusFrequency }),
    ];
    await lab.connect(nodes('5'), ...NAMES);
    const before = [...lab.deliver(3), await lab.settled(...NAMES)];
    const speak = lab.sandbox.failNext({ operation: 'GetItem', times: 1000, silent: true });
    const delivered = lab.deliver(5);
    const kept = () => {
      const { global } = JSON.parse(readFileSync(join(directory, 'store.json'), 'utf8')) as Record<string, object>;
      return Object.values(global!).filter((value) => JSON.stringify(value).includes(delivered.at(-1)!));
    };
    await lab.red.until(() => kept().length >= NAMES.length);
    await lab.red.kill();
    for (const name of NAMES) assert.deepEqual(lab.items(name), before, 'nothing of it was sent');
    speak();
    const other = await start();
    await other.deploy(nodes('6'));
    const items = (name: string) => other.items(lab.id(name));
    await other.until(() => NAMES.every((name) => delivered.every((id) => items(name).includes(id))));
    for (const name of NAMES) assert.deepEqual([...new Set(items(name))], delivered);
    assert.deepEqual(other.errors(), []);
  });
});
