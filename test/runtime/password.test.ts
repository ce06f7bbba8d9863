import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const WRONG = 'wRong-Pa55word-1';
const RIGHT = 'riGht-Pa55word-2';
const NODES = ['pull', 'second', 'third'];

describe('a password that the server refuses', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  let requests: number;
  beforeEach(() => {
    lab = current();
    lab.sandbox.setPassword(lab.sandbox.user, RIGHT);
    requests = 0;
    lab.sandbox.onRequest(() => (requests += 1));
  });

  const flows = (password: string) => [
    ...lab.flow({}, { credentials: { username: lab.sandbox.user, password } }),
    lab.pull({}, 'second'),
    lab.pull({ events: ['Moved'] }, 'third'),
  ];
  const allShow = (text: string, names = NODES) =>
    lab.red.until(() => names.every((name) => lab.red.status(lab.id(name)).text === text));

  it('is sent once, however many nodes use it, and each node says once what to change', async () => {
    await lab.red.deploy(flows(WRONG));
    await allShow('wrong password');
    assert.equal(requests, 1);

    // One more node of the same account is told what is known.
    await lab.red.deploy([...flows(WRONG), lab.pull({}, 'fourth')], 'nodes');
    await allShow('wrong password', [...NODES, 'fourth']);
    assert.equal(requests, 1);
    for (const name of [...NODES, 'fourth']) {
      assert.equal(lab.red.status(lab.id(name)).fill, 'red');
      await lab.red.error(lab.id(name));
      const errors = lab.red.errors(lab.id(name)).map(({ text }) => text);
      assert.equal(errors.length, 1);
      assert.match(errors[0]!, /Check the user name and the password in the account/);
    }
  });

  it('is replaced by a deploy, and events come', async () => {
    await lab.red.deploy(flows(WRONG));
    await allShow('wrong password');
    await lab.red.deploy(flows(RIGHT), 'nodes');
    await lab.connected(...NODES);
    await lab.assertExactly(lab.deliver(2), 'pull', 'second');
    assert.equal(lab.red.errors().length, NODES.length);
  });

  it('is nowhere to be read, and neither is the right one', async () => {
    await lab.red.deploy(flows(WRONG));
    await allShow('wrong password');
    await lab.red.deploy(flows(RIGHT), 'nodes');
    await lab.connected(...NODES);
    await lab.settled();
    // While it runs, files are replaced.
    await lab.red.stop();
    const directory = join(lab.red.userDir, 'ews-notifications');
    const positions = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    assert.ok(positions.length >= NODES.length);
    const seen = lab.red.output + positions.join('\n');
    for (const password of [WRONG, RIGHT]) {
      const header = Buffer.from(`${lab.sandbox.user}:${password}`).toString('base64');
      const forms = [password, Buffer.from(password).toString('base64'), header, encodeURIComponent(password)];
      for (const form of forms) assert.ok(!seen.includes(form.replace(/=+$/, '')), 'a password shows');
    }
    await lab.red.start();
  });

  it('because it was changed, stops the node with one error, and the new one carries on from the same place', async () => {
    const { user } = lab.sandbox;
    await lab.connect(lab.flow({}, { credentials: { username: user, password: RIGHT } }));
    const delivered = [...lab.deliver(2), await lab.settled()];
    lab.sandbox.setPassword(user, WRONG);
    await lab.red.until(() => /^wrong password · again at /.test(lab.red.status(lab.id('pull')).text ?? ''));
    delivered.push(...lab.deliver(2));
    await lab.red.deploy(lab.flow({}, { credentials: { username: user, password: WRONG } }), 'nodes');
    await lab.assertExactly(delivered);
    assert.equal(lab.red.errors().length, 1);
  });
});
