import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SPOOL_SUFFIX } from '../../dist/src/details/file-spool.js';
import type { FlowNode } from '../support/node-red-process.js';
import { pushNode } from '../support/push-flows.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';

const makers = {
  'ews-pull': (lab: RuntimeLab, more: object) => lab.pull(more, 'watch'),
  'ews-stream': (lab: RuntimeLab, more: object) => streamNode(lab, more, 'watch'),
  'ews-push-in': (lab: RuntimeLab, more: object) => pushNode(lab, more, 'watch'),
};

describe('messages with what is in items', () => {
  const current = withNodeRed({}, true);
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const flow = (watch: FlowNode): FlowNode[] => [lab.tab(), lab.account(), lab.sink(), watch];
  const sent = () => lab.red.messages(lab.id('watch')).map(({ msg }) => msg);
  const waiting = () => {
    try {
      const names = readdirSync(join(lab.red.userDir, 'ews-notifications', 'spool'));
      return names.filter((name) => name.endsWith(SPOOL_SUFFIX));
    } catch {
      return [];
    }
  };
  /** Has no question about items answered any more. */
  const silence = () => lab.sandbox.failNext({ operation: 'GetItem', times: 1000, silent: true });

  for (const [type, make] of Object.entries(makers)) {
    describe(type, () => {
      it('sends them in order, for each event and for each notification', async () => {
        await lab.connect(flow(make(lab, { include: 'summary' })), 'watch');
        await lab.assertExactly(lab.deliver(30), 'watch');
        assert.deepEqual(
          sent().map(({ payload }) => payload.item.subject),
          [...Array.from({ length: 30 }, (_, at) => `Mail ${at}`), 'Mail 0'],
        );
        await lab.red.deploy(flow(make(lab, { include: 'summary', output: 'notification' })));
        const before = sent().length;
        lab.deliver(2);
        await lab.settled('watch');
        const events = sent()
          .slice(before)
          .flatMap(({ payload }) => payload);
        assert.ok(events.length >= 3 && events.every(({ item }) => item.itemClass === 'IPM.Note'));
        assert.deepEqual(lab.red.errors(), []);
        await lab.red.until(() => waiting().length === 0);
      });

      it('loses nothing when Node-RED is killed while they wait', async () => {
        await lab.connect(flow(make(lab, { include: 'summary' })), 'watch');
        const before = [...lab.deliver(2), await lab.settled('watch')];
        const speak = silence();
        const delivered = lab.deliver(5);
        await lab.red.until(() => waiting().length > 0);
        await lab.red.kill();
        assert.equal(lab.items('watch').length, before.length, 'they were not sent');
        speak();
        await lab.red.start();
        await lab.red.until(() => delivered.every((id) => lab.items('watch').includes(id)));
        const once = lab.items('watch').filter((id, at, all) => all.indexOf(id) === at);
        assert.deepEqual(once, [...before, ...delivered]);
        assert.ok(sent().every(({ payload }) => payload.item.kind === 'Message'));
        await lab.red.until(() => waiting().length === 0);
      });
    });
  }

  it('a server that does not tell of items holds up neither its stream nor anybody else on it', async () => {
    const flows = [...flow(streamNode(lab, { include: 'body' }, 'watch')), streamNode(lab, {}, 'other')];
    await lab.connect(flows, 'watch', 'other');
    const first = await lab.settled('watch', 'other');
    const speak = silence();
    const delivered = lab.deliver(200);
    await lab.red.until(() => lab.items('other').length === 201);
    assert.deepEqual(lab.items('watch'), [first]);
    // What waits at a deploy is sent after it.
    await lab.red.deploy(
      flows.map((node) => (node.id === lab.id('watch') ? { ...node, name: 'changed' } : node)),
      'nodes',
    );
    speak();
    await lab.red.until(() => lab.items('watch').length >= 201);
    assert.deepEqual(lab.items('watch'), [first, ...delivered]);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('an adopted subscription brings them with the rights that it was made with', async () => {
    const other = lab.sandbox.addMailbox('other@sandbox.example');
    lab.sandbox.allowImpersonation(lab.sandbox.user, [other.address]);
    await lab.red.deploy([
      ...flow(lab.pull({ include: 'body', bodyType: 'html', source: 'input', account: '' }, 'watch')),
      lab.subscribe({ mailbox: other.address, access: 'impersonate', wires: [[lab.id('watch')], []] }),
      lab.button('subscribe'),
    ]);
    await lab.red.press(lab.id('button'));
    await lab.connected('watch');
    other.deliver({ body: '<p>Hello</p>', bodyType: 'HTML' });
    await lab.red.until(() => sent().length === 1);
    const { item } = sent()[0]!.payload;
    assert.deepEqual([item.body, item.bodyType], ['<p>Hello</p>', 'html']);
  });

  it('a message to ews-subscribe says what messages about its mailbox hold, after a restart too', async () => {
    const flows = [
      ...flow(lab.pull({ include: 'none', source: 'input', account: '' }, 'watch')),
      lab.subscribe({ wires: [[lab.id('watch')], []] }),
      lab.button('subscribe'),
    ];
    await lab.red.deploy(flows);
    const filter = [{ property: 'subject', test: 'is', value: 'wanted' }];
    await lab.red.inject(lab.id('button'), { payload: { include: 'summary', filter } });
    await lab.connected('watch');
    const mailbox = lab.sandbox.mailbox();
    for (const restart of [false, true]) {
      if (restart) await lab.red.restart();
      mailbox.deliver({ subject: 'other' });
      const { id } = mailbox.deliver({ subject: 'wanted' });
      await lab.red.until(() => lab.items('watch').includes(id));
    }
    assert.deepEqual(
      sent().map(({ payload }) => payload.item.subject),
      ['wanted', 'wanted'],
    );
    await lab.red.inject(lab.id('button'), { payload: { include: 'everything' } });
    assert.match((await lab.red.error(lab.id('subscribe'))).text, /include must be one of/);
  });

  it('ews-subscribe says it in its configuration, and again for what exists already', async () => {
    const watch = lab.pull({ include: 'body', calm: '0', source: 'input', account: '' }, 'watch');
    const rules = [{ property: 'subject', test: 'isNot', value: 'unwanted' }];
    const flows = (more: object) => [
      ...flow(watch),
      lab.subscribe({ wires: [[lab.id('watch')], []], ...more }),
      lab.button('subscribe'),
    ];
    const told = async (subject: string) => {
      lab.sandbox.mailbox().deliver({ subject: 'unwanted' });
      const { id } = lab.sandbox.mailbox().deliver({ subject, body: 'text' });
      await lab.red.until(() => lab.items('watch').includes(id));
      return sent().find(({ payload }) => payload.itemId.id === id)!.payload.item;
    };
    await lab.red.deploy(flows({ include: 'summary', bodyType: '', filter: rules, calm: '' }));
    await lab.red.press(lab.id('button'));
    await lab.connected('watch');
    const summary = await told('first');
    assert.deepEqual([summary.subject, summary.body], ['first', undefined]);

    // What is left empty is as the node that receives is set.
    await lab.red.deploy(flows({ include: '', bodyType: '', filter: rules, calm: '' }), 'nodes');
    const before = lab.red.messages(lab.id('subscribe')).length;
    await lab.red.press(lab.id('button'));
    await lab.red.until(() => lab.red.messages(lab.id('subscribe')).length > before);
    assert.equal((await told('second')).body, 'text');
    assert.deepEqual(
      sent().filter(({ payload }) => payload.item.subject === 'unwanted'),
      [],
    );
    assert.equal(lab.asked('Subscribe'), 1);

    await lab.red.deploy(flows({ calm: 'soon' }), 'nodes');
    assert.match((await lab.red.error(lab.id('subscribe'))).text, /number of seconds from 0 to 3600/);
  });

  it('what happens to an item within the time is one message, of what it is at the end', async () => {
    await lab.connect(
      flow(lab.pull({ include: 'summary', calm: '1', events: ['NewMail', 'Modified'] }, 'watch')),
      'watch',
    );
    const mailbox = lab.sandbox.mailbox();
    const mail = mailbox.deliver({ subject: 'before' });
    mailbox.modify(mail, { subject: 'after' });
    const ofMail = () => sent().filter(({ payload }) => payload.itemId?.id === mail.id);
    await lab.red.until(() => ofMail().length > 0);
    const { topic, payload } = ofMail()[0]!;
    assert.deepEqual([topic, payload.item.subject], ['NewMail', 'after']);
    assert.deepEqual(
      payload.events.map(({ eventType }: { eventType: string }) => eventType),
      ['NewMail', 'Modified'],
    );
  });

  it('does not start where its configuration is wrong, and says why', async () => {
    await lab.red.deploy(flow(lab.pull({ include: 'everything' }, 'watch')));
    await lab.red.until(() => lab.red.status(lab.id('watch')).text === 'not configured');
    assert.match((await lab.red.error(lab.id('watch'))).text, /none, summary, body or mime/);
  });
});
