import assert from 'node:assert/strict';
import { EwsError } from '../../dist/src/protocol/ews-error.js';
import { MailboxPlaces } from '../../dist/src/subscriptions/mailbox-places.js';
import type { MailboxAnswer } from '../../dist/src/transport/autodiscover/many-mailboxes.js';
import { ManualClock } from '../support/manual-clock.js';
import { ewsErrorOf } from '../support/errors.js';

const MINUTE = 60_000;
const X = { url: 'https://x.example/EWS/Exchange.asmx', grouping: 'one' };
const Y = { url: 'https://y.example/EWS/Exchange.asmx', grouping: 'one' };

describe('where mailboxes are', () => {
  let clock: ManualClock;
  let places: MailboxPlaces;
  let asked: (readonly string[])[];
  let answer: (mailbox: string) => MailboxAnswer;
  let away: boolean;
  let hold: Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    asked = [];
    answer = () => X;
    away = false;
    hold = Promise.resolve();
    places = new MailboxPlaces({
      clock,
      ask: async (mailboxes) => {
        asked.push(mailboxes);
        await hold;
        if (away) throw new EwsError('EWS_AUTODISCOVER', 'away');
        return mailboxes.map(answer);
      },
    });
  });

  const find = async (...mailboxes: string[]) => {
    const found = Promise.all(mailboxes.map((mailbox) => places.find(mailbox)));
    found.catch(() => undefined);
    await clock.advance(20);
    return found;
  };

  it('is asked for once for all that want to know, and kept', async () => {
    const [one, other] = await find('a@example.com', 'B@example.com', 'A@EXAMPLE.com');
    assert.deepEqual(one, X);
    assert.equal(one, other, 'one object for all of a place');
    await find('b@example.com');
    assert.deepEqual(asked, [['a@example.com', 'b@example.com']]);
  });

  it('is asked for by fifties, two at a time', async () => {
    let go: () => void = () => undefined;
    hold = new Promise((resolve) => (go = resolve));
    const all = Array.from({ length: 220 }, (_, at) => `user${at}@example.com`);
    const found = find(...all);
    await clock.advance(20);
    assert.deepEqual(
      asked.map(({ length }) => length),
      [50, 50],
    );
    go();
    assert.equal((await found).length, 220);
    assert.deepEqual(
      asked.map(({ length }) => length),
      [50, 50, 50, 50, 20],
    );
  });

  it('is not known where Autodiscover does not know a mailbox, which holds up no other', async () => {
    answer = (mailbox) => (mailbox.startsWith('a') ? undefined : X);
    assert.deepEqual(await find('a@example.com', 'b@example.com'), [undefined, X]);
    await find('a@example.com');
    assert.equal(asked.length, 1);
    await clock.advance(16 * MINUTE);
    answer = () => Y;
    assert.deepEqual(await find('a@example.com', 'b@example.com'), [Y, X]);
  });

  it('is not known where Autodiscover is away, and it is left alone for a while', async () => {
    away = true;
    assert.deepEqual(await find('a@example.com', 'b@example.com'), [undefined, undefined]);
    assert.deepEqual(await find('c@example.com'), [undefined]);
    assert.equal(asked.length, 1);
    away = false;
    await clock.advance(16 * MINUTE);
    assert.deepEqual(await find('c@example.com', 'a@example.com'), [X, X]);
  });

  it('may be where it may not be gone to, which is an error of that mailbox alone', async () => {
    answer = (mailbox) => (mailbox.startsWith('a') ? new EwsError('EWS_HOST_NOT_CONFIRMED', 'not told') : X);
    const lost = places.find('a@example.com');
    const found = places.find('b@example.com');
    const [{ code }] = await Promise.all([ewsErrorOf(lost), clock.advance(20)]);
    assert.equal(code, 'EWS_HOST_NOT_CONFIRMED');
    assert.deepEqual(await found, X);
  });

  it('is asked for again when a mailbox has moved, once a minute at most', async () => {
    await find('a@example.com', 'b@example.com');
    answer = () => Y;
    places.forget('A@example.com');
    assert.deepEqual(await find('a@example.com', 'b@example.com'), [Y, X]);
    places.forget('a@example.com');
    await find('a@example.com');
    assert.deepEqual(asked.slice(1), [['a@example.com']]);
    await clock.advance(MINUTE);
    places.forget('a@example.com');
    await find('a@example.com');
    assert.equal(asked.length, 3);
  });
});
