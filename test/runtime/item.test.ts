import assert from 'node:assert/strict';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('ews-item', () => {
  const current = withNodeRed({}, true);
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const item = (more: object = {}): FlowNode =>
    lab.node('ews-item', 'item', {
      ...{
        account: lab.id('account'),
        include: 'body',
        bodyType: 'text',
        mailbox: '',
        access: 'delegate',
        maxSize: '10',
      },
      ...{ wires: [[lab.id('sink')]], ...more },
    });
  const sent = () => lab.red.messages(lab.id('item')).map(({ msg }) => msg);
  const deploy = (more: object = {}) =>
    lab.red.deploy([lab.tab(), lab.account(), lab.sink(), item(more), lab.button('item')]);
  async function ask(message: Record<string, unknown>): Promise<ReturnType<typeof sent>[number]> {
    const before = sent().length;
    await lab.red.inject(lab.id('button'), message);
    await lab.red.until(() => sent().length > before);
    return sent().at(-1)!;
  }

  it('answers the message of a node that watches, with the account and mailbox of that', async () => {
    await lab.connect([...lab.flow({ wires: [[lab.id('item')]] }), item({ account: '' })]);
    lab.sandbox.mailbox().deliver({ subject: 'Hello', body: 'World' });
    await lab.red.until(() => sent().length === 1);
    const { payload, topic, ews } = sent()[0]!;
    assert.deepEqual([payload.subject, payload.body], ['Hello', 'World']);
    assert.equal(topic, 'NewMail');
    assert.equal(ews.mailbox, lab.sandbox.user);
  });

  it('looks up one id, several, and what a notification tells of', async () => {
    await deploy();
    const [one, two] = lab.deliver(2) as [string, string];
    assert.equal((await ask({ itemId: one })).payload.subject, 'Mail 0');
    assert.equal((await ask({ payload: one })).payload.subject, 'Mail 0');
    const several = await ask({ itemId: [two, one] });
    assert.deepEqual(
      several.payload.map(({ subject }: { subject: string }) => subject),
      ['Mail 1', 'Mail 0'],
    );
    const events = [{ itemId: { id: one } }, { itemId: { id: two } }];
    assert.equal((await ask({ payload: events })).payload.length, 2);
    const folderId = { id: lab.sandbox.mailbox().folder('inbox').id };
    assert.equal((await ask({ payload: { eventType: 'Modified', folderId } })).payload.displayName, 'Inbox');
  });

  it('says of several which cannot be had', async () => {
    await deploy();
    const [one, two] = lab.deliver(2) as [string, string];
    const mailbox = lab.sandbox.mailbox();
    mailbox.hardDelete(mailbox.item(one));
    const { payload, itemErrors } = await ask({ itemId: [one, two] });
    assert.equal(payload[0], null);
    assert.equal(payload[1].subject, 'Mail 1');
    assert.deepEqual(
      itemErrors.map(({ index, code }: { index: number; code: string }) => [index, code]),
      [[0, 'ErrorItemNotFound']],
    );
  });

  it('brings what is in attachments, as it was', async () => {
    await deploy();
    const content = Buffer.from([0, 1, 2, 253, 254, 255]);
    const { id } = lab.sandbox
      .mailbox()
      .deliver({ attachments: [{ name: 'ä.bin', contentType: 'application/octet-stream', content }] });
    const [{ attachmentId }] = (await ask({ itemId: id })).payload.attachments;
    const { payload, attachment } = await ask({ attachmentId });
    assert.deepEqual(Buffer.from(payload.data), content);
    assert.deepEqual(
      [attachment.name, attachment.contentType, attachment.size],
      ['ä.bin', 'application/octet-stream', 6],
    );
  });

  it('refuses what is larger than it is set to', async () => {
    await deploy({ maxSize: '1' });
    const content = Buffer.alloc(1024 * 1024 + 1);
    const attachments = [{ name: 'large', contentType: 'text/plain', content }];
    const { id } = lab.sandbox.mailbox().deliver({ attachments });
    const [{ attachmentId }] = (await ask({ itemId: id })).payload.attachments;
    await lab.red.inject(lab.id('button'), { attachmentId });
    assert.match((await lab.red.error(lab.id('item'))).text, /larger than 1 MiB/);
  });

  it('tells a catch node, with a code, what went wrong', async () => {
    await lab.red.deploy([
      ...[lab.tab(), lab.account(), lab.sink(), item(), lab.button('item')],
      lab.node('catch', 'catch', { scope: null, uncaught: false, wires: [[lab.id('sink')]] }),
    ]);
    const [id = ''] = lab.deliver();
    const mailbox = lab.sandbox.mailbox();
    mailbox.hardDelete(mailbox.item(id));
    const caught = () => lab.red.messages(lab.id('catch')).map(({ msg }) => msg);
    for (const [message, code] of [
      [{ itemId: id }, 'ErrorItemNotFound'],
      [{ payload: 12 }, 'EWS_CONFIGURATION'],
      [{ attachmentId: 'none' }, 'ErrorInvalidAttachmentId'],
    ] as const) {
      const before = caught().length;
      await lab.red.inject(lab.id('button'), message);
      await lab.red.until(() => caught().length > before);
      assert.equal(caught().at(-1)!.error.code, code);
    }
    assert.deepEqual(sent(), []);
  });

  it('opens a mailbox in the name of its owner', async () => {
    const other = lab.sandbox.addMailbox('other@sandbox.example');
    lab.sandbox.allowImpersonation(lab.sandbox.user, [other.address]);
    await deploy({ access: 'impersonate' });
    const { id } = other.deliver({ subject: 'theirs' });
    const { payload } = await ask({ itemId: id, ews: { mailbox: other.address } });
    assert.equal(payload.subject, 'theirs');
  });

  it('does not start where its configuration is wrong, and says why', async () => {
    for (const [wrong, sentence] of [
      [{ maxSize: '0' }, /from 1 to 100/],
      [{ mailbox: 'somebody' }, /by its e-mail address/],
      [{ account: 'none' }, /Choose an account/],
    ] as const) {
      lab.red.records = [];
      await deploy(wrong);
      await lab.red.until(() => lab.red.status(lab.id('item')).text === 'not configured');
      assert.match((await lab.red.error(lab.id('item'))).text, sentence);
    }
  });
});
