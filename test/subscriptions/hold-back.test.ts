import assert from 'node:assert/strict';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { HoldBack } from '../../dist/src/subscriptions/hold-back.js';

const AT = '2026-03-02T08:00:00Z';

/** A change; `changeKey` stands for what tells two apart that look the same to a reader of notifications. */
const change = (changeKey: string, timeStamp = AT): MailboxEvent => ({
  eventType: 'Modified',
  timeStamp,
  itemId: { id: 'item', changeKey },
  parentFolderId: { id: 'inbox' },
});
const names = (events: readonly MailboxEvent[]) => events.map((event) => 'itemId' in event && event.itemId.changeKey);

/** One round of catching up, in which these come. */
function round(holdBack: HoldBack, mayBeLost: boolean, ...pages: MailboxEvent[][]): void {
  holdBack.begin(mayBeLost);
  for (const page of pages) holdBack.replayed(page);
  holdBack.end();
}

describe('HoldBack', () => {
  let holdBack: HoldBack;
  beforeEach(() => {
    holdBack = new HoldBack();
  });

  it('leaves out what catching up has brought, also if the stream brings it later', async () => {
    const [first, second, third] = [1, 2, 3].map((at) => change(`${at}`, `2026-03-02T08:00:0${at}Z`)) as [
      MailboxEvent,
      MailboxEvent,
      MailboxEvent,
    ];
    await holdBack.keep([first], true);
    round(holdBack, true, [first, second, third]);
    assert.equal(holdBack.isInDoubt, false);
    assert.deepEqual(names(holdBack.takeHeld()), []);
    assert.deepEqual(names(holdBack.sift([second]).unseen), []);
    assert.deepEqual(names(holdBack.sift([change('new', '2026-03-02T08:00:09Z')]).unseen), ['new']);
  });

  it('knows what is older than a replay: it came before what both have, or has an earlier time', async () => {
    const at = (id: string, second: number): MailboxEvent => ({
      ...change(id, `2026-03-02T08:00:0${second}Z`),
      itemId: { id, changeKey: id },
    });
    const [a, b, c, d] = [at('a', 1), at('b', 2), at('c', 2), at('d', 3)] as const;
    const once = { ...c, eventType: 'Created' } as const;
    for (const [held, replayed, older] of [
      [[a, b, c, d], [c, d], ['a']],
      [
        [a, b, once, d],
        [once, d],
        ['a', 'b'],
      ],
      [[a, b], [c, d], ['a']],
      [[a], [b], ['a']],
      [[d], [b, c], []],
      [[d, c], [b, c], []],
      [[a], [], []],
    ] as const) {
      holdBack = new HoldBack();
      await holdBack.keep(held, true);
      assert.deepEqual(names(holdBack.takeOlder(replayed)), older);
      assert.deepEqual(names(holdBack.takeHeld()), names(held).slice(older.length));
    }
  });

  it('is no longer sure of what a stream was to bring when that was cut', () => {
    round(holdBack, false, [change('lost')]);
    round(holdBack, true);
    holdBack.release();
    const { unseen, doubtful } = holdBack.sift([change('another')]);
    assert.deepEqual([names(unseen), names(doubtful)], [[], ['another']]);
  });

  it('is in doubt about what looks like the last that may be lost, and asks for another round', async () => {
    round(holdBack, true, [change('lost')]);
    const { unseen, doubtful } = holdBack.sift([change('older', '2026-03-02T07:59:59Z'), change('new')]);
    assert.deepEqual([names(unseen), names(doubtful)], [['older'], ['new']]);
    await holdBack.keep(doubtful, true);
    assert.equal(holdBack.isInDoubt, true);
  });

  it('lets go of it if the round brings it, and if it does not: then it had been brought before', async () => {
    for (const brings of [[change('new')], []]) {
      holdBack = new HoldBack();
      round(holdBack, true, [change('lost')]);
      await holdBack.keep([change('new')], true);
      round(holdBack, false, brings);
      assert.equal(holdBack.isInDoubt, false);
      assert.deepEqual(names(holdBack.takeHeld()), []);
    }
  });

  it('finds out which of several that look the same have come', async () => {
    round(holdBack, true, [change('first')]);
    await holdBack.keep([change('first'), change('second')], true);
    // Were they the first and the second, or the second and a third?
    round(holdBack, false, [change('second')]);
    assert.equal(holdBack.isInDoubt, true);
    round(holdBack, false, []);
    assert.equal(holdBack.isInDoubt, false);
    assert.deepEqual(names(holdBack.takeHeld()), []);
  });

  it('is in no doubt about what cannot happen twice, or on a stream that was there all the time', async () => {
    const mail: MailboxEvent = { ...change('mail'), eventType: 'NewMail' };
    round(holdBack, true, [mail]);
    assert.deepEqual(holdBack.sift([mail]), { unseen: [], doubtful: [] });
    await holdBack.keep([change('held')], true);
    round(holdBack, false, [change('held'), change('to come')]);
    assert.equal(holdBack.isInDoubt, false);
    assert.deepEqual(holdBack.sift([change('to come')]), { unseen: [], doubtful: [] });
    assert.deepEqual(names(holdBack.sift([change('new')]).unseen), ['new']);
  });
});
