import assert from 'node:assert/strict';
import { ownerOf } from '../../dist/src/subscriptions/share.js';
import type { FlowNode } from '../support/node-red-process.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';

const MAILBOXES = Array.from({ length: 12 }, (_, at) => `info-${at + 1}@sandbox.example`);
const inShare = (index: number, count: number) => MAILBOXES.filter((one) => ownerOf(one, count) === index);

describe('a share of the mailboxes', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => {
    lab = current();
    for (const mailbox of MAILBOXES) {
      lab.sandbox.addMailbox(mailbox);
      lab.sandbox.allowDelegate(mailbox, lab.sandbox.user);
    }
  });

  /** `env` are environment variables of the flow, which count as those of the system do. */
  const flows = (share: string, env: object[] = [], more: object = {}): FlowNode[] => [
    ...[lab.tab({ env }), lab.account(), lab.sink(), lab.button('stream'), lab.button('subscribe', 'order')],
    streamNode(lab, { mailbox: MAILBOXES.join(','), share, ...more }),
    lab.subscribe({ share, wires: [[lab.id('pull')], [lab.id('sink')]] }),
    lab.pull({ source: 'input' }),
  ];
  const variable = (name: string, value: string, type = 'str') => ({ name, value, type });
  const shows = (name: string, text: string) => lab.red.until(() => lab.red.status(lab.id(name)).text === text);
  /** From which mailboxes a node has told of a mail, once it has come from so many. */
  async function tells(name: string, mailboxes: readonly string[]): Promise<void> {
    const from = lab.red.records.length;
    const ids = MAILBOXES.map((mailbox) => lab.sandbox.mailbox(mailbox).deliver().id);
    const found = () =>
      lab.red.records
        .slice(from)
        .flatMap((one) => (one.kind === 'message' && one.node === lab.id(name) ? [one.msg] : []))
        .filter(({ payload }) => ids.includes(payload?.itemId?.id))
        .map(({ ews }) => ews.mailbox as string)
        .sort();
    await lab.red.until(() => found().length >= mailboxes.length);
    assert.deepEqual(found(), [...mailboxes].sort());
  }
  const order = (properties: object = {}) =>
    lab.red.inject(lab.id('order'), { action: 'set', payload: MAILBOXES, ...properties });
  const answers = () => lab.red.messages(lab.id('subscribe')).filter(({ port }) => port === 1);

  it('is watched and nothing else, by both nodes that have one', async () => {
    await lab.red.deploy(flows('${SHARE}', [variable('SHARE', '2/3')]));
    await shows('stream', `${inShare(2, 3).length} connected`);
    await tells('stream', inShare(2, 3));
    await order();
    await shows('pull', `${inShare(2, 3).length} connected`);
    await tells('pull', inShare(2, 3));
    const count = inShare(2, 3).length;
    assert.deepEqual(answers()[0]!.msg.payload, { wanted: count, subscribed: count, failed: 0 });
    await order({ action: 'list' });
    await lab.red.until(() => answers().length === 2);
    const listed = answers()[1]!.msg.payload as { mailbox: string }[];
    assert.deepEqual(listed.map(({ mailbox }) => mailbox).sort(), inShare(2, 3).sort());
    assert.deepEqual(lab.red.errors(), []);
  });

  it('may be made of two variables by one of the flow', async () => {
    const env = [variable('I', '1'), variable('N', '3'), variable('SHARE', '${I}/${N}', 'env')];
    await lab.red.deploy(flows('${SHARE}', env));
    await shows('stream', `${inShare(1, 3).length} connected`);
    await tells('stream', inShare(1, 3));
  });

  for (const share of ['4/3', '${NOT_SET}', '${I}/${N}']) {
    it(`is refused where it is ${share}, so that not everything is watched`, async () => {
      await lab.red.deploy(flows(share, [variable('I', '1'), variable('N', '3')]));
      for (const name of ['stream', 'subscribe']) {
        const { text } = await lab.red.error(lab.id(name));
        assert.match(text, /A share is written 2\/3: the second of three/);
        await shows(name, 'not configured');
      }
      assert.equal(lab.sandbox.subscriptionCount, 0);
    });
  }

  it('may hold nothing, which is shown', async () => {
    const nobody = ownerOf(MAILBOXES[0]!, 2) === 1 ? 2 : 1;
    await lab.red.deploy(flows(`${nobody}/2`, [], { mailbox: MAILBOXES[0] }));
    await shows('stream', 'no mailbox in its share');
  });

  it('is what a message to the node is about: what is said of another’s mailbox is for that one', async () => {
    await lab.red.deploy(flows('1/3'));
    const ours = inShare(1, 3);
    await shows('stream', `${ours.length} connected`);
    const others = MAILBOXES.filter((mailbox) => !ours.includes(mailbox));
    for (const mailbox of others) await lab.red.inject(lab.id('button'), { action: 'pause', payload: { mailbox } });
    await tells('stream', ours);
    assert.deepEqual(lab.red.errors(), []);
  });

  it('leaves alone what another has left over, and ends what is its own', async () => {
    await lab.red.deploy(flows('1/1'));
    await shows('stream', `${MAILBOXES.length} connected`);
    const kept = MAILBOXES.filter((mailbox) => mailbox !== MAILBOXES[0]);
    const owner = ownerOf(MAILBOXES[0]!, 2);
    const ended = () => lab.asked('Unsubscribe');

    const other = 3 - owner;
    await lab.red.deploy(flows(`${other}/2`, [], { mailbox: kept.join(',') }));
    await shows('stream', `${kept.filter((one) => ownerOf(one, 2) === other).length} connected`);
    const before = ended();
    await lab.red.deploy(flows(`${owner}/2`, [], { mailbox: kept.join(',') }));
    await lab.red.until(() => ended() > before);
    await shows('stream', `${kept.filter((one) => ownerOf(one, 2) === owner).length} connected`);
    assert.equal(lab.sandbox.subscriptionCount, kept.length, 'those of the other share stay');
  });

  it('can be changed where only ews-subscribe is deployed: the receiver lets go, and takes up', async () => {
    await lab.red.deploy(flows('1/1'));
    await shows('pull', 'no subscription yet');
    await order();
    await shows('pull', `${MAILBOXES.length} connected`);
    const pulls = () => lab.asked('Subscribe');
    const before = pulls();
    const part = (share: string) =>
      flows('1/1').map((node) => (node.type === 'ews-subscribe' ? { ...node, share } : node));
    await lab.red.deploy(part('2/2'), 'nodes');
    await shows('pull', `${inShare(2, 2).length} connected`);
    await tells('pull', inShare(2, 2));
    await lab.red.deploy(part(''), 'nodes');
    await shows('pull', `${MAILBOXES.length} connected`);
    await lab.red.until(() => lab.red.items(lab.id('pull')).length >= MAILBOXES.length);
    assert.equal(pulls(), before, 'the subscriptions are those that there were');
    assert.deepEqual(lab.red.errors(), []);
  });
});
