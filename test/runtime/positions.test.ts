import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const CONTEXT_STORES = {
  default: { module: 'memory' },
  disk: { module: 'localfilesystem' },
  scratch: { module: 'memory' },
};

describe('positions in files', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const directory = () => join(lab.red.userDir, 'ews-notifications');
  const warnings = () => lab.red.warnings(lab.id('pull')).map(({ text }) => text);

  it('are one for each node, readable by their owner only', async function () {
    // There, a file has no mode that could say so.
    if (process.platform === 'win32') this.skip();
    await lab.connect([...lab.flow(), lab.pull({}, 'second')], 'pull', 'second');
    await lab.settled('pull', 'second');
    await lab.red.stop();
    const files = readdirSync(directory()).filter((name) => name.endsWith('.position.json'));
    assert.equal(files.length, 2);
    for (const path of [directory(), ...files.map((name) => join(directory(), name))]) {
      assert.equal(statSync(path).mode & 0o077, 0, path);
    }
    await lab.red.start();
  });

  it('that are damaged are reported once and put aside, and events go on', async () => {
    await lab.connect();
    const before = [...lab.deliver(2), await lab.settled()];
    await lab.red.stop();
    for (const name of readdirSync(directory())) {
      writeFileSync(join(directory(), name), Buffer.from([0x00, 0xff, 0x7b, 0x80, 0x22]));
    }
    await lab.red.start();
    await lab.connected();
    await lab.assertExactly(before);
    assert.equal(warnings().length, 1);
    assert.match(warnings()[0]!, /position .* is damaged/);
    const errors = lab.red.errors(lab.id('pull')).map(({ text }) => text);
    assert.equal(errors.length, 1, 'what may be missing is told');
    assert.match(errors[0]!, /may be missing: the saved position could not be read/);

    const delivered = [...lab.items()];
    await lab.red.restart();
    await lab.connected();
    await lab.assertExactly(delivered);
    assert.equal(warnings().length, 1, 'the next start finds a good one');
  });

  it('of a node that has not existed for sixty days are removed at the start, those of others kept', async () => {
    await lab.connect([...lab.flow(), lab.pull({}, 'gone')], 'pull', 'gone');
    await lab.settled('pull', 'gone');
    await lab.red.deploy(lab.flow(), 'nodes');
    await lab.red.stop();
    const files = () => readdirSync(directory()).filter((name) => name.endsWith('.position.json'));
    assert.ok(files().length > 1, 'not removed when the node is deleted');
    const longAgo = new Date(Date.now() - 61 * 24 * 3_600_000);
    for (const name of files()) utimesSync(join(directory(), name), longAgo, longAgo);
    await lab.red.start();
    await lab.red.until(() => files().length === 1);
    const delivered = [...lab.items()];
    await lab.assertExactly(delivered);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('that cannot be kept are reported once, and events go on', async () => {
    await lab.red.stop();
    rmSync(directory(), { recursive: true, force: true });
    writeFileSync(directory(), 'in the way');
    await lab.red.start();
    await lab.connect();
    const delivered = [...lab.deliver(3), await lab.settled()];
    delivered.push(...lab.deliver(60));
    await lab.assertExactly(delivered);
    assert.equal(warnings().length, 1);
    assert.match(warnings()[0]!, /position/);

    rmSync(directory());
    const more = [...lab.items(), ...lab.deliver(2), await lab.settled()];
    await lab.red.restart();
    await lab.assertExactly(more);
  });
});

describe('positions in a context store', () => {
  const current = withNodeRed({ contextStorage: CONTEXT_STORES });
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  it('on disk outlast a restart', async () => {
    await lab.connect(lab.flow({ store: 'disk' }));
    const delivered = [...lab.deliver(2), await lab.settled()];
    await lab.red.stop();
    delivered.push(...lab.deliver(60));
    await lab.red.start();
    await lab.assertExactly(delivered);
    assert.equal(lab.asked('Subscribe'), 1);
    assert.equal(lab.red.warnings(lab.id('pull')).length, 0);
    assert.equal(lab.red.errors().length, 0);
  });

  it('in memory outlast a deploy, and a warning says what they do not outlast', async () => {
    const flows = lab.flow({ store: 'scratch' });
    await lab.connect(flows);
    const delivered = [...lab.deliver(2), await lab.settled()];
    const [warning, ...others] = lab.red.warnings(lab.id('pull')).map(({ text }) => text);
    assert.match(warning!, /“scratch” keeps positions in memory only/);
    assert.equal(others.length, 0);
    await lab.red.deploy(flows);
    delivered.push(...lab.deliver(2));
    await lab.assertExactly(delivered);
    assert.equal(lab.asked('Subscribe'), 1);
  });

  it('that does not exist are refused in a sentence', async () => {
    await lab.red.deploy(lab.flow({ store: 'nowhere' }));
    await lab.red.until(() => lab.red.status(lab.id('pull')).fill === 'red' && lab.red.errors().length > 0);
    assert.equal(lab.red.status(lab.id('pull')).text, 'not configured');
    const [error, ...others] = lab.red.errors(lab.id('pull')).map(({ text }) => text);
    assert.match(error!, /There is no context store of this name/);
    assert.equal(others.length, 0);
    assert.equal(lab.responses.length, 0);
  });
});
