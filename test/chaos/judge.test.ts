import assert from 'node:assert/strict';
import type { EventType } from '../../dist/src/protocol/event-type.js';
import type { NodeRedRecord, SentMessage } from '../support/node-red-record.js';
import { judge, type Watch } from './judge.js';
import { keyOf, WATCHED, type TrueEvent } from './ledger.js';

const START = Date.parse('2026-03-02T08:00:00Z');
const PULL: Watch = { node: 'node', mailbox: 'box', types: WATCHED, isStream: false, calmMs: 0, isSpooled: false };

const time = (second: number) => new Date(START + second * 1000).toISOString().replace('.000Z', 'Z');

/** An event of an item, or of a folder whose id begins with F, so many seconds after the start. */
function happened(position: number, type: EventType, subject: string, second: number, taken?: string): TrueEvent {
  const at = START + second * 1000;
  return {
    ...{ key: keyOf(type, subject, '', undefined, at), watermark: `w${position}`, type, subject, position, time: at },
    ...{ isItem: !subject.startsWith('F'), taken },
  };
}

interface How {
  readonly recovered?: boolean;
  /** Whether it has no watermark, as what a search found or a stream brought. */
  readonly bare?: boolean;
}

/** That the node has sent an event: `second` as it says, heard `later` seconds after the start. */
function sent({ type, subject, watermark, time: at }: TrueEvent, later: number, how: How = {}): NodeRedRecord {
  const payload = {
    eventType: type,
    timeStamp: time((at - START) / 1000),
    ...(subject.startsWith('F') ? { folderId: { id: subject } } : { itemId: { id: subject } }),
    ...(how.bare ? {} : { watermark }),
  };
  const msg = { topic: type, payload, ews: { mailbox: 'box', recovered: how.recovered ?? false } };
  return { kind: 'message', node: 'node', type: 'ews-pull', port: 0, msg, heardAt: START + later * 1000 };
}

function gap(from: number | undefined, until: number, reason = 'no-watermark'): NodeRedRecord {
  const payload = { mailbox: 'box', ...(from === undefined ? {} : { from: time(from) }), until: time(until), reason };
  const msg = { topic: 'gap', payload, error: { source: { id: 'node' } } };
  return { kind: 'message', node: 'catch', type: 'catch', port: 0, msg, heardAt: START + until * 1000 + 500 };
}

const SOMETHING_ELSE: NodeRedRecord = { kind: 'status', node: 'other', status: {} };
const FOUND = { recovered: true, bare: true };
const MAILS = [1, 2, 3, 4, 5, 6].map((at) => happened(at, 'NewMail', `m${at}`, at));
const TOLD = MAILS.map((mail) => sent(mail, 10));

const killed = (kills: readonly number[]) => kills.map((at) => ({ at, time: START + 10_000 }));
const faults = (watch: Watch, truth: readonly TrueEvent[], told: readonly NodeRedRecord[], kills: number[] = []) =>
  judge(watch, truth, told, killed(kills)).findings.map(({ what, event }) => `${what} ${event.split(' ')[1]}`);

describe('chaos: the judge', () => {
  it('finds nothing where everything was sent once and in order', () => {
    assert.deepEqual(faults(PULL, MAILS, TOLD), []);
    assert.equal(judge(PULL, MAILS, TOLD).sent, 6);
  });

  it('finds an event that was dropped, sent twice, sent too late, or never happened', () => {
    assert.deepEqual(faults(PULL, MAILS, [...TOLD.slice(0, 2), ...TOLD.slice(3)]), ['lost m3']);
    assert.deepEqual(faults(PULL, MAILS, [...TOLD.slice(0, 3), ...TOLD.slice(2)]), ['repeated m3']);
    assert.deepEqual(faults(PULL, MAILS, [...TOLD.slice(0, 2), TOLD[3]!, TOLD[2]!, ...TOLD.slice(4)]), [
      'out of order m3',
    ]);
    assert.deepEqual(faults(PULL, MAILS, [...TOLD, sent(happened(9, 'NewMail', 'm9', 9), 10)]), ['never happened m9']);
  });

  it('does not miss one of several that look the same where a search has told of the first of them', () => {
    const first = happened(1, 'Modified', 'm1', 5);
    const other = happened(4, 'Created', 'm2', 5);
    // They happened when the search had begun.
    const truth = [first, happened(2, 'Modified', 'm1', 5.6), happened(3, 'Modified', 'm1', 5.7), other];
    const found = sent(first, 5.5, FOUND);
    const [change, made] = [sent(first, 6, { bare: true }), sent(other, 6, { bare: true })];
    assert.deepEqual(faults(PULL, truth, [found, change, change, made]), []);
    assert.deepEqual(faults(PULL, truth, [found, change, made]), ['lost m1']);
    assert.deepEqual(faults(PULL, truth, [found, change, made, change]), ['out of order m1']);
  });

  it('takes no offence at a folder that a search found as it was made, before anything happened in it', () => {
    const change = happened(1, 'Modified', 'F1', 5);
    const made = sent(happened(0, 'Modified', 'F1', 0), 2, FOUND);
    assert.deepEqual(faults(PULL, [change], [made, sent(change, 6)]), []);
    const item = sent(happened(0, 'Modified', 'm1', 0), 2, FOUND);
    assert.deepEqual(faults(PULL, MAILS, [item, ...TOLD]), ['never happened m1']);
  });

  it('finds the same where there are no watermarks, and of folders as of items', () => {
    const truth = ['F1', 'F2', 'F3'].map((id, at) => happened(at, 'Created', id, at));
    const told = truth.map((one) => sent(one, 10, { bare: true }));
    assert.deepEqual(faults(PULL, truth, told), []);
    assert.deepEqual(faults(PULL, truth, told.slice(0, 2)), ['lost F3']);
    assert.deepEqual(faults(PULL, truth, [told[1]!, told[0]!, told[2]!]), ['out of order F1']);
    assert.deepEqual(faults(PULL, truth, [...told, told[2]!]), ['repeated F3']);
  });

  it('looks only at what is watched', () => {
    const truth = [...MAILS, happened(7, 'Moved', 'm1', 7)];
    assert.deepEqual(faults({ ...PULL, types: ['NewMail'] }, truth, TOLD), []);
    assert.deepEqual(faults(PULL, truth, TOLD), ['lost m1']);
  });

  describe('forgives what is repeated after a kill', () => {
    const [first, second] = [TOLD.slice(0, 3), TOLD.slice(3)];

    it('if it is the last notification before it, in order', () => {
      const told = [...first, SOMETHING_ELSE, ...second];
      assert.deepEqual(faults(PULL, MAILS, [...told, ...second], [told.length]), []);
      assert.equal(judge(PULL, MAILS, [...told, ...second], killed([told.length])).repeated, 3);
      assert.deepEqual(faults(PULL, MAILS, [...told, TOLD[5]!, TOLD[4]!], [told.length]), ['repeated m5']);
    });

    it('but not an earlier one, nor twice, nor without a kill', () => {
      const told = [...first, SOMETHING_ELSE, ...second];
      assert.deepEqual(faults(PULL, MAILS, [...told, ...first, ...second], [told.length]), [
        'repeated m1',
        'repeated m2',
        'repeated m3',
      ]);
      assert.deepEqual(faults(PULL, MAILS, [...told, TOLD[5]!, TOLD[5]!], [told.length]), ['repeated m6']);
      assert.deepEqual(faults(PULL, MAILS, [...told, TOLD[5]!]), ['repeated m6']);
    });

    it('also if it was killed again before it could tell anything', () => {
      const watch = { ...PULL, calmMs: 1000, isSpooled: true };
      const kills = [10_000, 17_000].map((ms) => ({ at: TOLD.length, time: START + ms }));
      const repeated = [...TOLD, ...TOLD.slice(-1)].map((one) => ({ ...one, heardAt: START + 9500 }));
      assert.deepEqual(judge(watch, MAILS, repeated, kills).findings, []);
      assert.equal(judge(watch, MAILS, repeated, kills).repeated, 1);
    });

    it('fifty events at most', () => {
      const many = Array.from({ length: 60 }, (_, at) => happened(at, 'NewMail', `n${at}`, 1));
      const told = many.map((one) => sent(one, 2));
      assert.equal(faults(PULL, many, [...told, ...told], [told.length]).length, 10);
    });

    it('on a stream, also what came in several notifications', () => {
      const told = TOLD.flatMap((one) => [one, SOMETHING_ELSE]);
      assert.deepEqual(faults({ ...PULL, isStream: true }, MAILS, [...told, ...second], [told.length]), []);
      assert.deepEqual(faults(PULL, MAILS, [...told, ...second], [told.length]), ['repeated m4', 'repeated m5']);
    });
  });

  describe('of a node whose events wait', () => {
    const SPOOLED: Watch = { ...PULL, isStream: true, isSpooled: true };
    const CALM: Watch = { ...SPOOLED, calmMs: 1000 };
    /** One message for all that happened to an item. */
    const gathered = (events: readonly TrueEvent[], later: number): NodeRedRecord => {
      const messages = events.map((event) => sent(event, later) as SentMessage);
      const [first] = messages;
      if (first === undefined) throw new Error('nothing gathered');
      const payload = { ...first.msg.payload, events: messages.map(({ msg }) => msg.payload as unknown) };
      return { ...first, msg: { ...first.msg, payload } };
    };

    it('forgives once what was on disk at a kill, of a stream', () => {
      const told = [...TOLD.slice(0, 3), SOMETHING_ELSE];
      const after = TOLD.slice(3);
      assert.deepEqual(faults(SPOOLED, MAILS, [...told, ...after, ...after], [told.length]), []);
      assert.equal(faults(SPOOLED, MAILS, [...told, ...after, ...after, ...after], [told.length]).length, 3);
      assert.equal(faults({ ...SPOOLED, isSpooled: false }, MAILS, [...told, ...after, ...after], [4]).length, 3);
      const late = happened(9, 'NewMail', 'm9', 11);
      const again = [sent(late, 12), sent(late, 12)];
      assert.deepEqual(faults(SPOOLED, [...MAILS, late], [...TOLD, ...again], [TOLD.length]), ['repeated m9']);
    });

    it('forgives a change of the second in which the position stood at a kill, though what was on disk came before it', () => {
      const watch = { ...PULL, isStream: true, calmMs: 1000, isSpooled: true };
      const [first, second, third] = [2, 4, 5].map((at) => happened(at, 'Modified', `m${at}`, at)) as [
        TrueEvent,
        TrueEvent,
        TrueEvent,
      ];
      const before = [sent(first, 3, { bare: true }), sent(second, 6, { bare: true })];
      const after = [sent(third, 12, { bare: true }), sent(second, 15, FOUND)];
      const all = [first, second, third];
      assert.deepEqual(faults(watch, all, [...before, ...after], [2]), []);
      assert.deepEqual(faults(watch, all, [...before, ...after]), ['repeated m4']);
      assert.deepEqual(faults(watch, all, [...before, ...after, sent(first, 16, FOUND)], [2]), ['repeated m2']);
    });

    it('forgives twice what was being sent at a kill, of a stream: it comes from disk, and as what was missed', () => {
      const told = [...TOLD, SOMETHING_ELSE];
      const [last] = TOLD.slice(-1);
      assert.deepEqual(faults(SPOOLED, MAILS, [...told, last!, last!], [told.length]), []);
      assert.deepEqual(faults(SPOOLED, MAILS, [...told, last!, last!, last!], [told.length]), ['repeated m6']);
      const unspooled = { ...SPOOLED, isSpooled: false };
      assert.deepEqual(faults(unspooled, MAILS, [...told, last!, last!], [told.length]), ['repeated m6']);
      assert.deepEqual(faults(SPOOLED, MAILS, [...told, last!, last!]), ['repeated m6', 'repeated m6']);
    });

    it('forgives that a search after a kill took for new what came here, and was sent from disk by then', () => {
      const copied = happened(1, 'Copied', 'a', 3);
      const made = { ...happened(0, 'Created', 'a', 1), watermark: undefined };
      const after = [sent(copied, 12, { bare: true }), sent(made, 13, FOUND)];
      assert.deepEqual(faults(SPOOLED, [copied], [SOMETHING_ELSE, ...after], [1]), []);
      assert.deepEqual(faults(SPOOLED, [copied], [SOMETHING_ELSE, ...after]), ['never happened a']);
      const unspooled = { ...SPOOLED, isSpooled: false };
      assert.deepEqual(faults(unspooled, [copied], [SOMETHING_ELSE, ...after], [1]), ['never happened a']);
    });

    it('looks at each thing that was gathered, and at the order of what happened to one item', () => {
      const changes = [7, 8].map((at) => happened(at, 'Modified', 'm1', at));
      const [first, second] = changes as [TrueEvent, TrueEvent];
      const others = TOLD.slice(1);
      assert.deepEqual(faults(CALM, [...MAILS, ...changes], [...others, gathered([MAILS[0]!, ...changes], 11)]), []);
      assert.deepEqual(faults(CALM, [...MAILS, ...changes], [...others, gathered([MAILS[0]!, second], 11)]), [
        'lost m1',
      ]);
      assert.deepEqual(faults(CALM, [...MAILS, ...changes], [...TOLD, gathered([second, first], 11)]), [
        'out of order m1',
      ]);
    });

    it('forgives that a search tells again of the last second before it, after what came while things were gathered', () => {
      const watch = { ...PULL, calmMs: 1000, isSpooled: true };
      const [change, later] = [happened(1, 'Modified', 'm1', 5), happened(2, 'Created', 'm2', 7)];
      const told = (wait: number) => [sent(change, 8), sent(later, 8 + wait), sent(change, 8 + wait, FOUND)];
      assert.deepEqual(faults(watch, [change, later], told(0.5)), []);
      const long = [...told(0.5).slice(0, 2), sent(change, 12, FOUND)];
      assert.deepEqual(faults(watch, [change, later], long), ['repeated m1']);
    });

    it('takes what a search found and had to wait for what was there then', () => {
      const later = happened(7, 'Modified', 'm1', 9);
      const found = [sent(MAILS[0]!, 10, FOUND), sent(later, 11)];
      const rest = TOLD.slice(1);
      assert.deepEqual(faults(SPOOLED, [...MAILS, later], [...rest, ...found]), []);
      const atOnce = { ...SPOOLED, isSpooled: false };
      assert.deepEqual(faults(atOnce, [...MAILS, later], [...rest, ...found]), []);
      const muchLater = [sent(MAILS[0]!, 20, FOUND), sent(later, 21)];
      assert.deepEqual(faults(atOnce, [...MAILS, later], [...rest, ...muchLater]), ['repeated m1']);
      assert.deepEqual(faults(SPOOLED, [...MAILS, later], [...rest, ...found, sent(later, 11)]), ['repeated m1']);
    });

    it('misses nothing that came and went again while it was gathered', () => {
      const gone = happened(7, 'Deleted', 'm1', 7);
      assert.deepEqual(faults(CALM, [...MAILS, gone], TOLD.slice(1)), []);
      assert.deepEqual(faults(CALM, [...MAILS, gone], TOLD), ['lost m1']);
      assert.deepEqual(faults(CALM, MAILS, TOLD.slice(1)), ['lost m1']);
      assert.deepEqual(faults(PULL, [...MAILS, gone], TOLD.slice(1)), ['lost m1', 'lost m1']);
    });

    it('forgives after a kill what was sent of notifications that were being gathered', () => {
      const sentAt = (later: number) => MAILS.map((mail) => sent(mail, later));
      assert.deepEqual(faults(CALM, MAILS, [...sentAt(9), ...sentAt(12)], [6]), []);
      assert.equal(faults(CALM, MAILS, [...sentAt(7), ...sentAt(12)], [6]).length, 6);
    });
  });

  describe('takes what a search found', () => {
    const made = [happened(1, 'Created', 'a', 1), happened(2, 'NewMail', 'a', 1)];
    const changes = [3, 4].map((at) => happened(at, 'Modified', 'a', at));

    it('for all that had been done to the item until then', () => {
      const truth = [...made, ...changes];
      assert.deepEqual(
        faults(
          PULL,
          truth,
          made.map((one) => sent(one, 5, FOUND)),
        ),
        [],
      );
      assert.deepEqual(faults(PULL, changes, [sent(changes[1]!, 5, FOUND)]), []);
    });

    it('but not for what was done later, or is told by an event of its own', () => {
      assert.deepEqual(faults(PULL, changes, [sent(changes[0]!, 3.5, FOUND)]), ['lost a']);
      assert.deepEqual(faults(PULL, made, [sent(made[1]!, 5, FOUND)]), ['lost a']);
    });

    it('but not for what was done in the second of the search: the server may tell of that too, once', () => {
      const [mail, change] = [happened(1, 'NewMail', 'm', 4), happened(2, 'Modified', 'm', 4)] as [
        TrueEvent,
        TrueEvent,
      ];
      const told = [sent(mail, 5, FOUND), sent(change, 5, { bare: true })];
      assert.deepEqual(faults(PULL, [mail, change], told), []);
      assert.deepEqual(faults(PULL, [mail, change], [...told, told[1]!]), ['repeated m']);
      assert.deepEqual(faults(PULL, [mail, change], [sent(mail, 9, FOUND), sent(change, 9, { bare: true })]), [
        'repeated m',
      ]);
    });

    it('and says that it was in the second before, where it was in the last moment of that', () => {
      const late = happened(1, 'NewMail', 'a', 3.004);
      const saidAt = (second: number) => sent({ ...late, time: START + second * 1000 }, 6, FOUND);
      assert.deepEqual(faults(PULL, [late], [saidAt(2)]), []);
      assert.deepEqual(faults(PULL, [late], [saidAt(1)]), ['never happened a', 'lost a']);
    });

    it('but not what had been told', () => {
      const told = [...made, ...changes].map((one) => sent(one, 5));
      assert.deepEqual(faults(PULL, [...made, ...changes], [...told, sent(made[1]!, 6, FOUND)]), ['repeated a']);
      assert.deepEqual(faults(PULL, [...made, ...changes], [...told, sent(changes[0]!, 6, FOUND)]), ['repeated a']);
      // Whether there was another change in the last second, nobody can tell.
      assert.deepEqual(faults(PULL, [...made, ...changes], [...told, sent(changes[1]!, 6, FOUND)]), []);
    });

    it('and what came here in another way, once that was not told', () => {
      const copied = happened(1, 'Copied', 'b', 1);
      const asNew = sent(happened(9, 'NewMail', 'b', 1), 5, FOUND);
      assert.deepEqual(faults({ ...PULL, types: ['NewMail'] }, [copied], [asNew]), []);
      assert.deepEqual(faults(PULL, [copied], [sent(copied, 2), asNew]), ['never happened b']);
    });
  });

  describe('excuses by a gap', () => {
    const moved = [2, 4, 6].map((at) => happened(at, 'Moved', `x${at}`, at));

    it('what happened in it, and nothing before or after', () => {
      assert.deepEqual(faults(PULL, moved, [gap(3, 5)]), ['lost x2', 'lost x6']);
      assert.deepEqual(judge(PULL, moved, [gap(3, 5)]).inGaps, 1);
      assert.deepEqual(judge(PULL, [], [gap(3, 5)]).emptyGaps, 1);
    });

    it('without a beginning what happened since something was told', () => {
      assert.deepEqual(faults(PULL, moved, [gap(undefined, 5)]), ['lost x6']);
      const told = [sent(happened(3, 'NewMail', 'm', 3), 3), gap(undefined, 5)];
      assert.deepEqual(faults(PULL, [...moved, happened(3, 'NewMail', 'm', 3)], told), ['lost x2', 'lost x6']);
    });

    it('but not what a search could have found', () => {
      const mail = happened(1, 'NewMail', 'a', 4);
      assert.deepEqual(faults(PULL, [mail], [gap(3, 5)]), ['lost a']);
      assert.deepEqual(faults(PULL, [mail], [gap(3, 5, 'over-budget')]), []);
      const taken = happened(2, 'Moved', 'elsewhere', 4.5, 'a');
      assert.deepEqual(faults(PULL, [mail, taken], [gap(3, 5)]), []);
      const takenLater = happened(2, 'Moved', 'elsewhere', 7, 'a');
      assert.deepEqual(faults({ ...PULL, types: ['NewMail'] }, [mail, takenLater], [gap(3, 5)]), ['lost a']);
    });
  });
});
