import assert from 'node:assert/strict';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { SentLog } from '../../dist/src/subscriptions/sent-log.js';

const event = (id: string, timeStamp = '2026-03-02T08:00:00Z'): MailboxEvent => ({
  eventType: 'Modified',
  timeStamp,
  itemId: { id },
  parentFolderId: { id: 'inbox' },
});

describe('SentLog', () => {
  it('counts what happens twice in a second', () => {
    const log = new SentLog();
    log.add([event('a'), event('a', '2026-03-02T08:00:00.7Z')]);
    assert.deepEqual(
      [0, 1, 2].map(() => log.take(event('a'))),
      [true, true, false],
    );
  });

  it('tells what is missing in it, as often as it is, and stays as it is', () => {
    const log = new SentLog();
    log.add([event('a'), event('b')]);
    const asked = [event('a'), event('a'), event('c'), event('b')];
    for (let round = 0; round < 2; round += 1) assert.deepEqual(log.missing(asked), [event('a'), event('c')]);
    assert.equal(log.size, 2);
  });

  it('comes back from what was saved', () => {
    const log = new SentLog();
    log.add([event('a'), event('a'), event('b')]);
    const restored = new SentLog(log.keys());
    assert.equal(restored.size, 3);
    assert.deepEqual(restored.missing([event('a'), event('a'), event('a'), event('b')]), [event('a')]);
  });

  it('forgets the oldest of more than it is to remember', () => {
    const log = new SentLog([], 100);
    for (let at = 0; at < 1000; at += 1) log.add([event(String(at))]);
    assert.equal(log.size, 100);
    assert.equal(log.take(event('899')), false);
    assert.equal(log.take(event('900')), true);
  });
});
