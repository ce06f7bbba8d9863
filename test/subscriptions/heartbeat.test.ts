import assert from 'node:assert/strict';
import type { StreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import { Heartbeat } from '../../dist/src/subscriptions/heartbeat.js';
import { ManualClock } from '../support/manual-clock.js';

describe('Heartbeat', () => {
  let clock: ManualClock;
  let heartbeat: Heartbeat;

  beforeEach(() => {
    clock = new ManualClock();
    heartbeat = new Heartbeat(clock);
  });

  const beat = (subscriptionId = 'one') => {
    const notification = { subscriptionId, heartbeat: true, events: [] };
    heartbeat.heard({ notifications: [notification] } as unknown as StreamingEvents);
  };
  const beats = async (...gaps: number[]) => {
    beat();
    for (const gap of gaps) {
      await clock.advance(gap);
      beat();
    }
  };

  it('learns the rhythm of the server', async () => {
    await beats(15_000, 15_000, 15_000);
    assert.equal(heartbeat.limit, 30_000);
  });

  it('takes no beats that are read together for a rhythm', async () => {
    await beats(45_000, 10, 45_000, 0, 45_000, 5);
    assert.equal(heartbeat.limit, 90_000);
  });

  it('takes no beat that is read late, and the one in time after it, for a rhythm', async () => {
    await beats(5000);
    assert.equal(heartbeat.limit, 90_000);
    await beats(45_000, 85_000, 5000);
    assert.equal(heartbeat.limit, 90_000);
  });

  it('learns from each subscription by itself where each has its own beats', async () => {
    for (let round = 0; round < 5; round += 1) {
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        beat(id);
        await clock.advance(2000);
      }
      await clock.advance(20_000);
    }
    assert.equal(heartbeat.limit, 60_000);
  });

  it('learns nothing from the time between two streams', async () => {
    await beats(12_000, 12_000);
    heartbeat.begin();
    await clock.advance(1500);
    await beats(12_000);
    assert.equal(heartbeat.limit, 24_000);
  });

  it('forgets the rhythm when the stream was taken for dead', async () => {
    await beats(15_000, 15_000, 15_000);
    const bound = assert.rejects(heartbeat.bound(new Promise(() => undefined)), { code: 'EWS_STREAM_SILENT' });
    await clock.advance(30_000);
    await bound;
    assert.equal(heartbeat.limit, 90_000);
  });
});
