import assert from 'node:assert/strict';
import { readFilter, type FilterRule } from '../../dist/src/details/filter.js';
import { DetailsLab, eventOf } from '../support/details-lab.js';
import { until } from '../support/wait.js';

const rule = (property: string, test: string, value: unknown) => readFilter([{ property, test, value }])[0]!;

describe('the filter', () => {
  let lab: DetailsLab;
  beforeEach(async () => (lab = await DetailsLab.open()));
  afterEach(() => lab.close());

  /** Which of these mails pass; the last one is there to tell that all were looked at. */
  async function passing(filter: readonly FilterRule[], events = mails()): Promise<string[]> {
    const { outbox, told } = lab.run({ filter });
    await outbox.take({ subscriptionId: 's', events, recovered: false });
    await until(() => lab.files.length === 0);
    return told.items.map((id) => lab.mailbox.store.findItem(id)?.subject ?? id);
  }

  function mails() {
    return [
      { subject: 'Invoice 7', from: { name: 'Zoë', address: 'zoe@x.example' }, importance: 'High' as const },
      { subject: 'invoice 8', isRead: true, attachments: [{ name: 'a', contentType: 'text/plain', content: 'a' }] },
      { subject: 'Lunch', itemClass: 'IPM.Note.SMIME', from: 'boss@x.example' },
    ].map((mail) => eventOf(lab.mailbox.deliver(mail).id));
  }

  it('looks at each property, in each way', async () => {
    for (const [rules, expected] of [
      [[rule('subject', 'contains', 'INVOICE')], ['Invoice 7', 'invoice 8']],
      [[rule('subject', 'containsNot', 'invoice')], ['Lunch']],
      [[rule('subject', 'is', 'lunch')], ['Lunch']],
      [[rule('subject', 'startsWith', 'invoice')], ['Invoice 7', 'invoice 8']],
      [[rule('from', 'contains', 'x.example')], ['Invoice 7', 'Lunch']],
      [[rule('from', 'is', 'Zoë')], ['Invoice 7']],
      [[rule('isRead', 'is', false)], ['Invoice 7', 'Lunch']],
      [[rule('hasAttachments', 'is', 'true')], ['invoice 8']],
      [[rule('importance', 'is', 'High')], ['Invoice 7']],
      [[rule('importance', 'isNot', 'High')], ['invoice 8', 'Lunch']],
      [[rule('itemClass', 'startsWith', 'IPM.Note')], ['Invoice 7', 'invoice 8', 'Lunch']],
      [[rule('itemClass', 'is', 'IPM.Note')], ['Invoice 7', 'invoice 8']],
      [[rule('subject', 'contains', 'invoice'), rule('isRead', 'is', false)], ['Invoice 7']],
    ] as const) {
      assert.deepEqual(await passing(rules), expected, JSON.stringify(rules));
    }
  });

  it('lets pass what was deleted, but neither what is gone nor folders', async () => {
    const gone = lab.mailbox.deliver();
    lab.mailbox.hardDelete(gone);
    const folderId = { id: lab.mailbox.folder('inbox').id };
    const events = [eventOf(gone.id), eventOf('', 'Modified', { folderId }), eventOf('was deleted', 'Deleted')];
    assert.deepEqual(await passing([rule('subject', 'contains', '')], events), ['was deleted']);
  });

  it('leaves out what calendar changes make for a moment, whatever it is like', async () => {
    const temporary = lab.mailbox.create({ itemClass: 'IPM.SchedulePlus.FreeBusy.BinaryData' }, 'calendar');
    assert.deepEqual(await passing([rule('isRead', 'is', false)], [eventOf(temporary.id)]), []);
  });

  it('lets pass what could not be looked up, rather than lose it', async () => {
    lab.base.sandbox.failNext({ operation: 'GetItem', times: 10, code: 'ErrorAccessDenied' });
    assert.equal((await passing([rule('subject', 'is', 'nothing')])).length, 3);
  });

  it('asks for the body only of what passes', async () => {
    const running = lab.run({ include: 'body', filter: [rule('subject', 'is', 'wanted')] });
    const other = lab.mailbox.deliver({ subject: 'other', body: 'b' });
    const before = lab.base.requests.length;
    await running.outbox.take({ subscriptionId: 's', events: [eventOf(other.id)], recovered: false });
    await until(() => lab.files.length === 0);
    assert.equal(lab.base.requests.length - before, 1);
    const wanted = lab.mailbox.deliver({ subject: 'wanted', body: 'b' });
    const [payload] = await lab.send(running, [eventOf(wanted.id)]);
    assert.equal(payload!.item.body, 'b');
    assert.deepEqual(running.told.items, [wanted.id]);
  });

  it('is refused in words where it cannot be meant', () => {
    for (const wrong of [
      'subject',
      [{ property: 'subject', test: 'is' }],
      [{ property: 'size', test: 'is', value: '1' }],
      [{ property: 'subject', test: 'matches', value: '.*' }],
      [null],
      Array.from({ length: 51 }, () => rule('subject', 'is', '1')),
    ]) {
      assert.throws(() => readFilter(wrong), { code: 'EWS_CONFIGURATION' }, JSON.stringify(wrong));
    }
    assert.deepEqual(readFilter(undefined), []);
  });
});
