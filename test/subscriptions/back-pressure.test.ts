import assert from 'node:assert/strict';
import { startFirehose, type Firehose } from '../support/firehose.js';
import { StreamLab } from '../support/stream-lab.js';
import { ioTurns, until } from '../support/wait.js';

/** More than all buffers between a server and a flow can hold, by far. */
const PLENTY = 256 * 1024 * 1024;
/** What the buffers of the system may take in before a server has to wait. */
const BUFFERS = 32 * 1024 * 1024;

describe('a server that sends more than a flow can take', () => {
  let lab: StreamLab;
  let firehose: Firehose;

  beforeEach(async () => {
    lab = await StreamLab.open();
    firehose = await startFirehose(PLENTY);
  });
  afterEach(async () => {
    await lab.close();
    await firehose.close();
  });

  it('has to wait: nothing is read that is not sent', async () => {
    const { told } = lab.session(lab.base.account(firehose.origin)).run();
    let letGo: () => void = () => undefined;
    let sent = 0;
    told.onEvents = ({ events }) => {
      sent += events.length;
      told.batches.length = 0;
      // The flow is busy after the first thousand events.
      if (sent === 1000) return new Promise<void>((resolve) => (letGo = resolve));
      return undefined;
    };
    await lab.untilAfter(() => sent === 1000, 10);
    let before = -1;
    while (before !== firehose.written()) {
      before = firehose.written();
      await ioTurns(200);
    }
    assert.equal(sent, 1000);
    assert.ok(before < BUFFERS, `${before} bytes were taken in`);
    letGo();
    await until(() => sent > 20_000 && firehose.written() > before);
  });
});
