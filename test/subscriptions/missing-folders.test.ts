import assert from 'node:assert/strict';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { NEW_MAIL, PullLab } from '../support/pull-lab.js';
import type { Recorder } from '../support/recorder.js';
import { StreamLab } from '../support/stream-lab.js';
import { until } from '../support/wait.js';

const HOUR = 3_600_000;

/** Watches the inbox and a folder that is not there, and the means to have it there. */
function withMissing(sandbox: Sandbox): { description: SubscriptionDescription; comeBack: () => void } {
  const mailbox = sandbox.mailbox();
  const { ids, number } = mailbox.createFolder('Neighbour', 'inbox');
  const folders = [
    { id: 'inbox', name: 'Inbox' },
    { id: ids.folderId(number + 1), name: 'Projects' },
  ];
  return {
    description: { ...NEW_MAIL, folders },
    comeBack: () => void mailbox.createFolder('Projects', 'inbox'),
  };
}

const errors = ({ errors: all }: Recorder) => all.map(({ code, message }) => [code, message.includes('Projects')]);

for (const character of ['exchange', 'grommunio'] as const) {
  describe(`A folder that is gone does not stop the others (${character})`, () => {
    describe('of a PullEngine', () => {
      let lab: PullLab;

      beforeEach(async () => {
        lab = await PullLab.open({ character });
      });
      afterEach(async () => {
        await lab.close();
      });

      it('and is watched again when it is back', async () => {
        const { description, comeBack } = withMissing(lab.sandbox);
        const { told } = await lab.connected({ description, interval: 600 });
        const sent = lab.deliver(2);
        const looks = () => lab.requests.filter((operation) => operation === 'GetFolder').length;
        const before = looks();
        for (let turn = 0; turn < 13; turn += 1) await lab.next(told);
        assert.deepEqual(told.items, sent);
        assert.equal(looks() - before, 2, 'in two hours');
        comeBack();
        for (let turn = 0; turn < 7; turn += 1) await lab.next(told);
        sent.push(lab.sandbox.mailbox().deliver({}, 'Projects').id, ...lab.deliver(1));
        await lab.next(told);
        assert.deepEqual(told.items, sent);
        assert.deepEqual(errors(told), [['ErrorFolderNotFound', true]]);
        assert.deepEqual(told.gaps, []);
        assert.equal(lab.sandbox.subscriptionCount, 1);
      });

      it('after a restart either', async () => {
        const { description, comeBack } = withMissing(lab.sandbox);
        const first = await lab.connected({ description });
        await first.engine.close(true);
        comeBack();
        const missed = lab.deliver(1);
        const { told } = await lab.connected({ description });
        missed.push(lab.sandbox.mailbox().deliver({}, 'Projects').id);
        await lab.next(told);
        assert.deepEqual(told.items, missed);
        assert.deepEqual([...told.errors, ...told.gaps], []);
      });

      it('but all of them gone stop it', async () => {
        const { description } = withMissing(lab.sandbox);
        const gone = description.folders.slice(1);
        const { told } = lab.run({
          description: { ...description, folders: [...gone, { ...gone[0]!, name: 'Same' }] },
        });
        await until(() => told.current === 'waiting');
        assert.deepEqual(
          told.errors.map(({ action }) => action),
          ['stop-target'],
        );
      });
    });

    describe('of a StreamEngine', () => {
      let lab: StreamLab;

      beforeEach(async () => {
        lab = await StreamLab.open({ character });
      });
      afterEach(async () => {
        await lab.close();
      });

      it('and is watched again when it is back', async () => {
        const { description, comeBack } = withMissing(lab.sandbox);
        const { told } = await lab.connected({ description });
        const sent = lab.deliver(1);
        await lab.untilAfter(() => told.items.length === 1, 500);
        const later = lab.clock.now() + 1.5 * HOUR;
        await lab.untilAfter(() => lab.clock.now() >= later, 2000);
        assert.equal(told.current, 'connected');
        comeBack();
        const subscribes = () => lab.base.requests.filter((operation) => operation === 'Subscribe').length;
        const before = subscribes();
        await lab.untilAfter(() => subscribes() > before && told.current === 'connected', 2000);
        sent.push(lab.sandbox.mailbox().deliver({}, 'Projects').id, ...lab.deliver(1));
        await lab.untilAfter(() => told.items.length >= 3, 500);
        assert.deepEqual(told.items, sent);
        assert.deepEqual(errors(told), [['ErrorFolderNotFound', true]]);
        assert.deepEqual(told.gaps, []);
      });
    });
  });
}
