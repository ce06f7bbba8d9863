import assert from 'node:assert/strict';
import type { Recorder } from '../support/recorder.js';
import { StreamLab } from '../support/stream-lab.js';
import { NEW_MAIL } from '../support/pull-lab.js';
import { ioTurns, until } from '../support/wait.js';

const ofItems = ({ batches }: Recorder) => batches.flatMap(({ events }) => events).filter((event) => 'itemId' in event);

describe('catching up, when the same happens twice in a second', () => {
  let lab: StreamLab;

  beforeEach(async () => {
    lab = await StreamLab.open();
  });
  afterEach(async () => {
    await lab.close();
  });

  /** Waits while time goes by, but slowly: sockets need many turns. */
  async function soon(condition: () => boolean): Promise<void> {
    let turn = 0;
    await until(() => {
      turn += 1;
      if (turn % 200 === 0) void lab.clock.advance(5);
      return condition();
    });
  }

  const beginSecond = () => lab.clock.advance(1000 - (lab.clock.now() % 1000));

  it('tells what looks like something it has just caught up', async () => {
    const { mail, modify } = changing();
    const { told } = await lab.connected({ description: { ...NEW_MAIL, events: ['Modified'] } });
    await beginSecond();
    // The new subscription knows nothing of the first change.
    await lab.sandbox.restart();
    modify();
    await soon(() => told.current === 'connected' && told.items.length >= 1);
    for (const count of [2, 3]) {
      modify();
      await soon(() => told.items.length >= count && told.current === 'connected');
    }
    await ioTurns(20);
    assert.deepEqual(told.items, [mail.id, mail.id, mail.id]);
    assert.deepEqual(new Set(ofItems(told).map(({ timeStamp }) => timeStamp)).size, 1, 'all in one second');
    assert.deepEqual(told.gaps, []);
  });

  it('tells nothing twice that it has caught up and the stream brings too', async () => {
    const { modify } = changing();
    const { told } = await lab.connected({ description: { ...NEW_MAIL, events: ['Modified', 'NewMail'] } });
    // The subscription lives on, and keeps what happens until somebody reads.
    lab.sandbox.resetConnections();
    await soon(() => told.current === 'waiting');
    for (let count = 0; count < 3; count += 1) modify();
    await soon(() => told.items.length >= 3 && told.current === 'connected');
    modify();
    const last = lab.deliver();
    await soon(() => told.items.includes(last[0]!) && told.current === 'connected');
    await ioTurns(20);
    assert.deepEqual(
      ofItems(told).map(({ eventType }) => eventType),
      ['Modified', 'Modified', 'Modified', 'Modified', 'NewMail'],
    );
    assert.deepEqual(told.gaps, []);
  });

  function changing() {
    const box = lab.sandbox.mailbox(lab.sandbox.user);
    const mail = box.deliver({ subject: 'Changing' });
    return {
      mail,
      modify: () => {
        box.modify(mail, { isRead: !mail.isRead });
      },
    };
  }
});
