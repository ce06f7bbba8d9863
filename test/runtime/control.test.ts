import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('messages to ews-pull', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const withButton = (pull: object = {}) => [...lab.flow(pull), lab.button('pull')];
  const shows = (text: string) => lab.red.until(() => lab.red.status(lab.id('pull')).text === text);

  it('any message asks for events, where the interval is 0', async () => {
    await lab.red.deploy(withButton({ interval: '0' }));
    await shows('waiting to be asked');
    const delivered = lab.deliver(2);
    assert.equal(lab.asked('GetEvents'), 0);
    await lab.red.inject(lab.id('button'), { payload: 'now' });
    await lab.red.until(() => lab.items().length === 2);
    assert.deepEqual(lab.items(), delivered);
  });

  it('a pause outlasts a deploy, and what was missed comes at the end of it', async () => {
    await lab.connect(withButton());
    await lab.red.inject(lab.id('button'), { action: 'pause' });
    await shows('paused');
    const delivered = lab.deliver(2);
    await lab.red.deploy(withButton());
    await shows('paused');
    assert.equal(lab.items().length, 0);
    await lab.red.inject(lab.id('button'), { action: 'resume' });
    await lab.assertExactly(delivered);
    assert.equal(lab.asked('Subscribe'), 1);
  });

  it('unsubscribe ends the subscription, and resume begins anew', async () => {
    await lab.connect(withButton());
    await lab.red.inject(lab.id('button'), { action: 'unsubscribe' });
    await lab.red.until(() => lab.sandbox.subscriptionCount === 0);
    lab.deliver(2);
    await lab.red.inject(lab.id('button'), { action: 'resume' });
    await lab.red.until(() => lab.sandbox.subscriptionCount === 1);
    await lab.assertExactly([]);
  });

  it('an unknown action is an error of that message', async () => {
    await lab.connect(withButton());
    await lab.red.inject(lab.id('button'), { action: 'dance' });
    assert.match((await lab.red.error(lab.id('pull'))).text, /dance/);
  });
});
