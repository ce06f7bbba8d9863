import assert from 'node:assert/strict';
import type { Failure } from '../../dist/src/sandbox/misbehaviour/failure.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns } from '../support/wait.js';

describe('a stream that ends, with events in flight, loses nothing and brings nothing twice', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  const ends: Record<string, Failure> = {
    'by a reset in the middle of an answer': { reset: 'during' },
    'by a reset behind an answer': { reset: 'after' },
    'by a connection that is cut': { cutAfter: 1500 },
    'in the middle of an answer, as if that was all of it': { truncateAfter: 1500 },
    'in silence': { silentAfter: 1500 },
  };
  for (const [how, failure] of Object.entries(ends)) {
    it(how, async () => {
      lab.sandbox.failNext({ operation: 'GetStreamingEvents', ...failure });
      const { told } = await lab.connected();
      const sent = lab.deliver(60);
      await lab.untilAfter(() => told.items.length >= 60, 500);
      const more = lab.deliver(3);
      await lab.untilAfter(() => told.items.length >= 63 && told.current === 'connected', 500);
      await ioTurns(20);
      assert.deepEqual(told.items, [...sent, ...more]);
      assert.ok(told.batches.some(({ recovered }) => recovered));
      assert.deepEqual(told.gaps, []);
    });
  }
});
