import assert from 'node:assert/strict';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { foundLog, restoreTold, savedTold, ToldLog } from '../../dist/src/subscriptions/told-log.js';

const START = Date.parse('2026-03-02T08:00:00Z');
const MINUTE = 60_000;

function event(
  eventType: 'Created' | 'NewMail' | 'Modified' | 'Deleted' | 'Copied',
  id: string,
  afterMs: number,
): MailboxEvent {
  const timeStamp = new Date(START + afterMs).toISOString();
  return { eventType, timeStamp, itemId: { id }, parentFolderId: { id: 'inbox' } } as MailboxEvent;
}

describe('ToldLog', () => {
  it('knows what is new by its kind and item, whenever that was told', () => {
    const log = new ToldLog();
    log.add([event('NewMail', 'a', 0)]);
    assert.ok(log.covers(event('NewMail', 'a', 4000)));
    assert.ok(!log.covers(event('Created', 'a', 0)));
    assert.ok(!log.covers(event('NewMail', 'b', 0)));
  });

  it('knows a change by its second too, and takes one in the last second for another', () => {
    const log = new ToldLog();
    log.add([event('Modified', 'a', 10_400)]);
    assert.ok(log.covers(event('Modified', 'a', 9000)));
    assert.ok(log.covers(event('Modified', 'a', 10_000), START + 11_000));
    assert.ok(!log.covers(event('Modified', 'a', 10_000), START + 10_400), 'it may be one that came later');
    assert.ok(!log.covers(event('Modified', 'a', 11_500)));
  });

  it('knows what was moved or copied here, which a search takes for new or changed', () => {
    const log = new ToldLog();
    log.add([event('Copied', 'a', 10_000)]);
    assert.ok(log.covers(event('Created', 'a', 3000)) && log.covers(event('NewMail', 'a', 3000)));
    assert.ok(log.covers(event('Modified', 'a', 3000)));
    assert.ok(!log.covers(event('Modified', 'a', 12_000)));
  });

  it('takes no account of what cannot be found by time', () => {
    const log = new ToldLog();
    log.add([event('Deleted', 'a', 0)]);
    assert.equal(log.size, 0);
    assert.ok(!log.covers(event('Deleted', 'a', 0)));
  });

  it('does not take one new folder for another', () => {
    const log = new ToldLog();
    const folder = (id: string): MailboxEvent => {
      const timeStamp = new Date(START).toISOString();
      return { eventType: 'Created', timeStamp, folderId: { id }, parentFolderId: { id: 'inbox' } };
    };
    log.add([event('NewMail', 'a', 0)]);
    for (const made of [folder('one'), folder('two'), folder('three')]) {
      assert.ok(!log.knows(made));
      log.add([made]);
    }
  });

  it('does not have that looked at of which it has forgotten something', () => {
    const log = new ToldLog();
    const upTo = START + 20 * MINUTE;
    // The server's answer was of an earlier second than what happened meanwhile.
    log.add([event('Modified', 'a', 15 * MINUTE + 300), event('NewMail', 'new', 20 * MINUTE + 800)]);
    assert.ok(!log.covers(event('Modified', 'a', 15 * MINUTE)));
    assert.ok(log.lookFrom(upTo) > START + 15 * MINUTE + 300);
    assert.ok(log.lookFrom(upTo) < START + 15 * MINUTE + 2000);
  });

  it('goes back five minutes, but not beyond when watching began', () => {
    const log = new ToldLog();
    const upTo = START + 20 * MINUTE;
    assert.equal(log.lookFrom(upTo), upTo - 5 * MINUTE);
    log.begin(START + 18 * MINUTE);
    assert.equal(log.lookFrom(upTo), START + 18 * MINUTE);
    log.add([event('NewMail', 'old', 0), event('NewMail', 'new', 20 * MINUTE)]);
    assert.ok(!log.covers(event('NewMail', 'old', 0)), 'older than that is not remembered');
    assert.ok(log.covers(event('NewMail', 'new', 0)));
  });

  it('goes back less far where more happens than it remembers, but never beyond the last event', () => {
    const log = new ToldLog();
    for (let second = 0; second < 1000; second += 1) log.add([event('NewMail', String(second), second * 100)]);
    assert.equal(log.size, 300);
    const upTo = START + 999 * 100;
    const from = log.lookFrom(upTo);
    assert.ok(from > upTo - 5 * MINUTE && from <= upTo);
    for (let at = 0; at < 1000; at += 1) {
      if (START + at * 100 >= from) assert.ok(log.covers(event('NewMail', String(at), 0)), String(at));
    }
    for (let at = 0; at < 1000; at += 1) log.add([event('NewMail', `burst ${at}`, 200_000)]);
    assert.equal(log.lookFrom(START + 200_000), START + 200_000);
  });

  it('comes back from what was saved', () => {
    const log = new ToldLog();
    log.begin(START);
    log.add([event('NewMail', 'a', 1500), event('Modified', 'b', 2500)]);
    const restored = restoreTold(JSON.parse(JSON.stringify(savedTold(log))) as object);
    assert.equal(restored.from, START);
    assert.ok(restored.covers(event('NewMail', 'a', 0)));
    assert.ok(restored.covers(event('Modified', 'b', 2500)));
    assert.deepEqual(savedTold(restoreTold({})), {});
  });

  it('remembers all that one catching up found', () => {
    const log = foundLog();
    for (let at = 0; at < 2000; at += 1) log.add([event('NewMail', String(at), at * MINUTE)]);
    assert.equal(log.size, 2000);
  });
});
