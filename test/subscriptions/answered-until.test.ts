import assert from 'node:assert/strict';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { answeredUntil } from '../../dist/src/subscriptions/answered-until.js';

const at = (seconds: number) => Date.parse('2026-03-02T08:00:00Z') + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const eventAt = (seconds: number): MailboxEvent => ({
  ...{ eventType: 'Modified', itemId: { id: 'item' }, parentFolderId: { id: 'inbox' } },
  timeStamp: iso(seconds),
});
const quick = { serverTime: at(60), answeredAt: at(60) };
const slow = { serverTime: at(57), answeredAt: at(60) };

describe('up to when everything was told', () => {
  it('is since the server was asked, where it had nothing more', () => {
    assert.equal(answeredUntil(quick, [], true, iso(30)), at(60));
    assert.equal(answeredUntil(slow, [], true, iso(30)), at(57));
    assert.equal(answeredUntil(slow, [eventAt(50)], true, iso(30)), at(57));
  });

  it('is no earlier than the last event that was told', () => {
    assert.equal(answeredUntil(slow, [eventAt(59)], true, iso(30)), at(59));
    assert.equal(answeredUntil(slow, [], true, iso(58)), at(58));
    assert.equal(answeredUntil(quick, [eventAt(60.5)], true, iso(30)), at(60.5));
  });

  it('is the time of the last event where more are to come', () => {
    assert.equal(answeredUntil(quick, [eventAt(40), eventAt(41)], false, iso(30)), at(41));
    assert.equal(answeredUntil(quick, [], false, iso(30)), undefined);
  });

  it('goes back with the clock of the server', () => {
    assert.equal(answeredUntil(quick, [], true, iso(3600)), at(60));
  });

  it('is not known where the server does not tell the time', () => {
    assert.equal(
      answeredUntil({ serverTime: undefined, answeredAt: undefined }, [eventAt(1)], true, iso(0)),
      undefined,
    );
  });
});
