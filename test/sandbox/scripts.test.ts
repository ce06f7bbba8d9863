import assert from 'node:assert/strict';
import { readScript, runScript } from '../../dist/src/sandbox/misbehaviour/script.js';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';

describe('sandbox: scripts', () => {
  it('go on after a step that fails, and tell of it', async () => {
    const clock = new ManualClock();
    const sandbox = await startSandbox({ clock });
    const told: string[] = [];
    const script = [
      { after: 1, do: 'moveMailbox', mailbox: 'nobody@sandbox.example' },
      { after: 2, do: 'deliver' },
    ] as const;
    runScript(sandbox, script, clock, (sentence) => told.push(sentence));
    await clock.advance(3000);
    assert.deepEqual(told, ['Step 1 of the script failed: The sandbox has no mailbox nobody@sandbox.example.']);
    assert.equal(sandbox.mailbox().folder('inbox').totalCount, 1);
    await sandbox.close();
  });

  it('are refused with a sentence that names what is unknown', () => {
    const read = (step: object) => () =>
      readScript(
        JSON.stringify([
          { after: 0, do: 'behave' },
          { after: 1, ...step },
        ]),
      );
    assert.throws(read({ do: 'explode' }), { message: 'Step 2 has an unknown do: explode.' });
    assert.throws(read({ fail: { sillent: true } }), { message: 'Step 2 has an unknown failure: sillent.' });
    assert.equal(read({ fail: { silent: true, style: { spacious: true } } })().length, 2);
  });

  it('and failures are refused when their style would make other XML', async () => {
    const sandbox = await startSandbox();
    for (const prefixes of [
      { messages: '', types: '' },
      { soap: 'x', types: 'x' },
      { messages: 't', types: 'm' },
      { soap: 'e' },
    ]) {
      assert.throws(() => sandbox.failNext({ style: { prefixes } }), /^Error: In a style, \w+/);
      assert.throws(() => readScript(JSON.stringify([{ after: 0, fail: { style: { prefixes } } }])), /In a style/);
    }
    await sandbox.close();
  });
});
