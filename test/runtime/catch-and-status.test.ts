import assert from 'node:assert/strict';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

describe('what a flow is told besides events', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => (lab = current()));

  const caught = () => lab.red.messages(lab.id('catch')).map(({ msg }) => msg);
  const wired = () => ({ wires: [[lab.id('sink')]] });
  const withTellers = (pull: object = {}) => [
    ...lab.flow(pull),
    lab.node('catch', 'catch', { scope: null, uncaught: false, ...wired() }),
    lab.node('status', 'status', { scope: null, ...wired() }),
  ];

  it('a Catch node gets an error with its code and what to do about it', async () => {
    lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorAccessDenied' });
    await lab.red.deploy(withTellers());
    await lab.red.until(() => caught().length > 0);
    const msg = caught()[0]!;
    assert.equal(msg.topic, 'error');
    assert.deepEqual(msg.payload, { mailbox: lab.sandbox.user, code: 'ErrorAccessDenied' });
    assert.equal(msg.error.code, 'ErrorAccessDenied');
    assert.match(msg.error.message, /Give the account the right to read this folder/);
    assert.equal(msg.error.source.id, lab.id('pull'));
    assert.equal(msg.ews.account, lab.id('account'));
    assert.equal(lab.red.errors(lab.id('pull')).length, 0, 'what is caught is not logged as well');
    await lab.red.until(() => lab.red.status(lab.id('pull')).fill === 'red');
    assert.deepEqual(lab.red.status(lab.id('pull')), { fill: 'red', shape: 'dot', text: 'access denied' });
  });

  it('a Catch node gets a mistake in the configuration', async () => {
    await lab.red.deploy(withTellers({ events: [] }));
    await lab.red.until(() => caught().length > 0);
    const msg = caught()[0]!;
    assert.equal(msg.error.code, 'EWS_CONFIGURATION');
    assert.equal(msg.error.message, 'Choose at least one kind of event.');
    await lab.red.until(() => lab.red.status(lab.id('pull')).fill === 'red');
    assert.equal(lab.responses.length, 0, 'nothing is asked of the server');
  });

  it('a Catch node gets the gap that a refused watermark leaves', async () => {
    await lab.connect(withTellers({ events: ['NewMail', 'Deleted'] }));
    const doomed = await lab.settled();
    const mailbox = lab.sandbox.mailbox();
    lab.sandbox.moveMailbox();
    mailbox.hardDelete(mailbox.item(doomed));
    await lab.red.until(() => caught().length > 0);
    const msg = caught()[0]!;
    assert.equal(msg.topic, 'gap');
    assert.equal(msg.error.code, 'EWS_GAP');
    assert.equal(msg.payload.mailbox, lab.sandbox.user);
    assert.equal(msg.payload.reason, 'watermark-refused');
    assert.ok(Date.parse(msg.payload.from) <= Date.parse(msg.payload.until));
    await lab.settled();
    assert.equal(caught().length, 1);
  });

  it('a Status node gets each status', async () => {
    await lab.connect(withTellers());
    const shown = () => lab.red.messages(lab.id('status')).map(({ msg }) => msg.status.text as string);
    await lab.red.until(() => shown().length >= 2);
    assert.deepEqual(shown(), ['node-red:common.status.connecting', 'node-red:common.status.connected']);
    await lab.settled();
    // When the last event came is told some seconds later, once for all events until then.
    for (const text of shown().slice(2)) assert.match(text, /^connected · last \d\d:\d\d$/);
  });
});
