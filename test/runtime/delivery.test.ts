import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const ALL_EVENTS = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied'];

describe('events reach a flow', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  it('as a message for each mail, in order and once', async () => {
    await lab.connect();
    await lab.assertExactly(lab.deliver(120));
  });

  it('in messages of the documented shape', async () => {
    await lab.connect();
    const [item] = lab.deliver();
    await lab.red.until(() => lab.items().length > 0);
    const { _msgid, ...message } = lab.red.messages(lab.id('pull'))[0]!.msg;
    const { timeStamp, itemId, parentFolderId, watermark } = message.payload;
    assert.deepEqual(message, {
      topic: 'NewMail',
      payload: {
        eventType: 'NewMail',
        timeStamp,
        itemId: { id: item, changeKey: itemId.changeKey },
        parentFolderId: { id: lab.sandbox.mailbox().folder('inbox').id, changeKey: parentFolderId.changeKey },
        watermark,
      },
      ews: {
        account: lab.id('account'),
        accountName: 'Account',
        mailbox: lab.sandbox.user,
        delivery: 'pull',
        subscriptionId: lab.responses.find(({ operation }) => operation === 'GetEvents')?.subscriptionId,
        recovered: false,
      },
    });
    assert.match(timeStamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    for (const text of [itemId.changeKey, parentFolderId.changeKey, watermark, message.ews.subscriptionId]) {
      assert.equal(typeof text, 'string');
    }
  });

  it('with the old place of what was moved, and the unread count of a folder', async () => {
    await lab.connect(lab.flow({ events: ALL_EVENTS, allFolders: true }));
    const mailbox = lab.sandbox.mailbox();
    const item = mailbox.deliver();
    const old = item.id;
    mailbox.move(item, 'junkemail');
    const events = () => lab.red.messages(lab.id('pull')).map(({ msg }) => msg.payload);
    await lab.red.until(() => events().some(({ eventType }) => eventType === 'Moved'));
    const moved = events().find(({ eventType }) => eventType === 'Moved');
    assert.equal(moved.itemId.id, item.id);
    assert.equal(moved.oldItemId.id, old);
    assert.equal(moved.parentFolderId.id, mailbox.folder('junkemail').id);
    assert.equal(moved.oldParentFolderId.id, mailbox.folder('inbox').id);
    const inbox = events().find(({ folderId }) => folderId?.id === mailbox.folder('inbox').id);
    assert.equal(inbox.eventType, 'Modified');
    assert.equal(inbox.unreadCount, 1);
  });

  it('as a message for each notification, if the node is set to that', async () => {
    await lab.connect(lab.flow({ output: 'notification' }));
    await lab.assertExactly(lab.deliver(59));
    const messages = lab.red.messages(lab.id('pull')).map(({ msg }) => msg);
    const expected = [
      ['notification', 50],
      ['notification', 10],
    ];
    assert.deepEqual(
      messages.map(({ topic, payload }) => [topic, payload.length]),
      expected,
    );
  });

  it('from two nodes that watch the same: each has a subscription and a position', async () => {
    const flows = [...lab.flow(), lab.pull({}, 'second')];
    await lab.connect(flows, 'pull', 'second');
    assert.equal(lab.asked('Subscribe'), 2);
    const delivered = [...lab.deliver(60), await lab.settled('pull', 'second')];
    await lab.red.deploy(flows);
    delivered.push(...lab.deliver(5));
    await lab.assertExactly(delivered, 'pull', 'second');
    assert.equal(lab.asked('Subscribe'), 2);
    assert.equal(lab.sandbox.subscriptionCount, 2);
  });
});
