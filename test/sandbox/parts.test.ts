import assert from 'node:assert/strict';
import { entryIdOf, IdWriter, readEwsId } from '../../dist/src/sandbox/ids.js';
import { Random } from '../../dist/src/sandbox/random.js';
import { readWatermark, writeWatermark } from '../../dist/src/sandbox/watermark.js';
import { ManualClock } from '../support/manual-clock.js';

describe('sandbox: parts', () => {
  const random = new Random(1);
  const guid = random.guid();
  const ids = new IdWriter(guid, random.bytes(16));

  it('makes ids of the length and look of Exchange, and reads them back', () => {
    assert.match(ids.folderId(0x10c), /^AAMkA[A-Za-z0-9+/]{114}=$/);
    assert.match(ids.itemId(0x10c, 0x2001), /^AAMkA[A-Za-z0-9+/]{146}=$/);
    assert.deepEqual(readEwsId(ids.folderId(0x10c)), { mailbox: guid, folder: 0x10c });
    assert.deepEqual(readEwsId(ids.itemId(0x10c, 0x2001)), { mailbox: guid, folder: 0x10c, item: 0x2001 });
    assert.equal(entryIdOf(ids.itemId(1, 2))?.length, 70);
  });

  it('takes nothing else for an id', () => {
    const id = ids.folderId(1);
    for (const wrong of ['', 'inbox', id.slice(4), `${id}AAAA`, id.replace('AAMk', 'AAMl'), `${id}\n`]) {
      assert.equal(readEwsId(wrong), undefined);
    }
  });

  it('makes watermarks that only their own database understands', () => {
    const [one, other] = [random.bytes(16), random.bytes(16)];
    const watermark = writeWatermark(one, 4711);
    assert.match(watermark, /^AQAAA[A-Za-z0-9+/]{34}=$/);
    assert.equal(readWatermark(one, watermark), 4711);
    assert.equal(readWatermark(other, watermark), undefined);
    assert.equal(readWatermark(one, 'AAAAAAAAAAA='), undefined);
  });

  it('repeats what is drawn from a seed', () => {
    const draw = (seed: number) => {
      const from = new Random(seed);
      return [from.next(), from.integer(1, 6), from.guid(), from.pick(['a', 'b', 'c'])];
    };
    assert.deepEqual(draw(3), draw(3));
    assert.notDeepEqual(draw(3), draw(4));
  });
});

describe('the manual clock', () => {
  it('runs timers in order, also those that are set meanwhile, and knows what is pending', async () => {
    const clock = new ManualClock(0);
    const seen: string[] = [];
    const note = (what: string) => seen.push(`${what} at ${clock.now()}`);
    clock.setTimer(() => note('second'), 20);
    clock.setTimer(() => {
      note('first');
      clock.setTimer(() => note('nested'), 5);
    }, 10);
    const cancelled = clock.setTimer(() => note('never'), 15);
    clock.clearTimer(cancelled);
    assert.deepEqual(clock.pending, [10, 20]);
    await clock.advance(20);
    assert.deepEqual(seen, ['first at 10', 'nested at 15', 'second at 20']);
    const set = clock.untilTimer(30, 30);
    clock.setTimer(() => note('later'), 30);
    await set;
    assert.equal(await clock.advanceToNext(), true);
    assert.equal(clock.now(), 50);
    assert.equal(await clock.advanceToNext(), false);
  });
});
