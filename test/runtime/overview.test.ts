import assert from 'node:assert/strict';
import { NodeRed } from '../support/node-red-process.js';
import { pushNode } from '../support/push-flows.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';
import { streamNode } from '../support/stream-flows.js';
import { SubscriptionList } from '../support/subscription-list.js';

describe('the list of subscriptions', () => {
  const current = withNodeRed({}, true);
  let lab: RuntimeLab;
  let list: SubscriptionList;
  beforeEach(() => {
    lab = current();
    list = new SubscriptionList(lab.red);
  });

  const names = ['pull', 'stream', 'push'];
  const allThree = () => [...lab.flow(), streamNode(lab), pushNode(lab), lab.button('stream')];

  it('has those of all nodes, with what they are about and how they are doing', async () => {
    await lab.connect(allThree(), ...names);
    const { rows, total, now } = await list.list();
    assert.equal(total, 3);
    assert.ok(now > 1_700_000_000_000);
    const shared = {
      ...{ flow: lab.id('tab'), account: lab.id('account'), accountName: 'Account', mailbox: lab.sandbox.user },
      state: 'connected',
    };
    assert.deepEqual(
      rows
        .map(({ id: _id, since: _since, ...row }) => row)
        .sort((one, other) => one.delivery.localeCompare(other.delivery)),
      [
        { ...shared, node: lab.id('pull'), delivery: 'pull' },
        { ...shared, node: lab.id('push'), delivery: 'push' },
        { ...shared, node: lab.id('stream'), delivery: 'streaming' },
      ],
    );
    const details = await list.details(lab.id('stream'));
    assert.deepEqual(details.folders, [{ id: 'inbox', name: 'Inbox' }]);
    assert.deepEqual(details.kinds, ['NewMail']);
    assert.deepEqual([details.allFolders, details.moreFolders], [false, 0]);
    assert.deepEqual([details.events, details.recovered, details.reconnects, details.gaps], [0, 0, 0, 0]);
    assert.notEqual(details.subscriptionId, '');
    assert.ok(details.heardAt! <= Date.now());
  });

  for (const name of names) {
    it(`counts the events of ews-${name}, and says when the last one came`, async () => {
      await lab.connect(allThree(), ...names);
      const { revision } = await list.list();
      lab.deliver(2);
      const before = Date.now();
      const { lastEventAt, hour } = await list.details(lab.id(name), ({ events }) => events === 2);
      assert.ok(lastEventAt! >= before - 60_000 && lastEventAt! <= Date.now());
      assert.equal(
        hour?.counts.reduce((sum, count) => sum + count, 0),
        2,
      );
      const { rows, reset } = await list.list(`?since=${revision}`);
      assert.equal(reset, false);
      assert.ok(rows.some(({ node }) => node === lab.id(name)));
    });
  }

  it('shows a connection that was lost, why, and that it came back', async () => {
    await lab.connect(allThree(), ...names);
    await lab.sandbox.stop();
    for (const name of ['pull', 'stream']) {
      const broken = await list.details(lab.id(name), ({ state }) => state === 'waiting');
      assert.match(broken.error!.code, /^EWS_/);
      assert.notEqual(broken.error!.text, '');
      assert.notEqual(broken.reason ?? '', '');
      assert.ok(broken.retryAt! > broken.since);
    }
    await lab.sandbox.start();
    for (const name of ['pull', 'stream']) {
      const mended = await list.details(lab.id(name), ({ state }) => state === 'connected');
      assert.ok(mended.reconnects >= 1);
      assert.equal(mended.reason, undefined);
      assert.match(mended.error!.code, /^EWS_/, 'it can be read afterwards');
    }
  });

  it('counts what was found after a restart, and has no counts of an earlier run', async () => {
    await lab.connect(allThree(), ...names);
    await lab.settled(...names);
    const { revision } = await list.list();
    await lab.red.stop();
    const missed = lab.deliver(3);
    await lab.red.start();
    // Who pushes tries again only after half a minute.
    for (const name of ['pull', 'stream']) {
      const { events } = await list.details(lab.id(name), ({ recovered }) => recovered === missed.length);
      assert.equal(events, missed.length);
    }
    assert.equal((await list.list(`?since=${revision}`)).reset, true);
  });

  it('goes on counting through a deploy, and forgets a node that was deleted', async () => {
    await lab.connect(allThree(), ...names);
    await lab.settled(...names);
    const { revision } = await list.list();
    await lab.red.deploy(
      allThree()
        .filter(({ id }) => id !== lab.id('push'))
        .map((node) => (node.type.startsWith('ews-') && node.type !== 'ews-account' ? { ...node, name: 'new' } : node)),
    );
    await lab.connected('pull', 'stream');
    await lab.settled('pull', 'stream');
    for (const name of ['pull', 'stream']) {
      assert.equal((await list.details(lab.id(name), ({ events }) => events === 2)).reconnects, 0);
    }
    const { rows, gone, total } = await list.list(`?since=${revision}`);
    assert.equal(total, 2);
    assert.equal(gone.length >= 1 && gone.every((id) => id > 0), true);
    assert.deepEqual(rows.map(({ node }) => node).sort(), [lab.id('pull'), lab.id('stream')].sort());
  });

  it('has what ews-subscribe made under the node that receives it', async () => {
    const receiver = lab.pull({ source: 'input', account: '' });
    await lab.red.deploy([
      ...[lab.tab(), lab.account(), lab.sink(), receiver, lab.button('subscribe')],
      lab.subscribe({ wires: [[lab.id('pull')], []] }),
    ]);
    await lab.red.inject(lab.id('button'));
    const { accountName, mailbox } = await list.details(lab.id('pull'), ({ state }) => state === 'connected');
    assert.deepEqual([accountName, mailbox], ['Account', lab.sandbox.user]);
    assert.equal((await list.act(lab.id('pull'), 'unsubscribe')).status, 200);
    assert.equal(lab.sandbox.subscriptionCount, 0);
    assert.equal(await list.row(lab.id('pull')), undefined);
  });

  it('is of a stream with several mailboxes a row for each', async () => {
    lab.sandbox.addMailbox('a@sandbox.example');
    lab.sandbox.addMailbox('b@sandbox.example');
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const mailbox = 'a@sandbox.example, b@sandbox.example';
    await lab.red.deploy([lab.tab(), lab.account(), lab.sink(), streamNode(lab, { mailbox, access: 'impersonate' })]);
    await lab.red.until(() => lab.red.status(lab.id('stream')).fill === 'green');
    assert.deepEqual((await list.list()).rows.map((row) => row.mailbox).sort(), mailbox.split(', '));
  });

  it('comes in pages', async () => {
    await lab.connect(allThree(), ...names);
    const seen: string[] = [];
    let since = '';
    for (let more = true; more;) {
      const answer = await list.list(`?limit=1&since=${since}`);
      seen.push(...answer.rows.map(({ node }) => node));
      ({ more, revision: since } = answer);
    }
    assert.deepEqual([...new Set(seen)].sort(), names.map((name) => lab.id(name)).sort());
  });

  it('holds no password, and no address that only a server knows', async () => {
    const password = 'wen geht das was an';
    lab.sandbox.setPassword(lab.sandbox.user, password);
    const credentials = { username: lab.sandbox.user, password };
    await lab.connect(
      [...allThree().filter(({ type }) => type !== 'ews-account'), lab.account({ credentials })],
      ...names,
    );
    await lab.sandbox.stop();
    for (const name of ['pull', 'stream']) await list.details(lab.id(name), ({ state }) => state === 'waiting');
    const texts = [await (await list.get()).text()];
    for (const name of names) texts.push(JSON.stringify(await list.details(lab.id(name))));
    for (const text of texts) assert.ok(!text.includes(password) && !text.includes('/ews/'), text);
    await lab.sandbox.start();
  });

  describe('lets one', () => {
    it('ask a pull subscription, which brings its events at once', async () => {
      await lab.red.deploy([...lab.flow({ interval: '0' }), lab.button('pull')]);
      await list.details(lab.id('pull'), ({ state }) => state === 'idle');
      const delivered = lab.deliver();
      assert.deepEqual(await list.act(lab.id('pull'), 'ask'), { status: 200, done: true });
      await lab.red.until(() => lab.items().length === 1);
      assert.deepEqual(lab.items(), delivered);
    });

    it('open a stream again, without losing anything', async () => {
      await lab.connect(allThree(), ...names);
      const before = lab.asked('GetStreamingEvents');
      const delivery = lab.keepDelivering();
      await lab.red.until(() => lab.items('stream').length > 10);
      assert.equal((await list.act(lab.id('stream'), 'reopen')).status, 200);
      await lab.red.until(() => lab.asked('GetStreamingEvents') > before);
      await lab.assertExactly(delivery.stop(), 'stream');
    });

    it('make a push subscription anew', async () => {
      await lab.connect(allThree(), ...names);
      const { subscriptionId } = await list.details(lab.id('push'));
      assert.equal((await list.act(lab.id('push'), 'reopen')).status, 200);
      await list.details(lab.id('push'), (now) => now.state === 'connected' && now.subscriptionId !== subscriptionId);
      await lab.assertExactly(lab.deliver(2), 'push');
    });

    it('pause and resume', async () => {
      await lab.connect(allThree(), ...names);
      assert.equal((await list.act(lab.id('stream'), 'pause')).status, 200);
      const { actions } = await list.details(lab.id('stream'), ({ state }) => state === 'paused');
      assert.deepEqual(actions, ['resume']);
      const delivered = lab.deliver(2);
      await lab.red.until(() => lab.items('pull').length === 2);
      assert.deepEqual(lab.items('stream'), []);
      assert.equal((await list.act(lab.id('stream'), 'resume')).status, 200);
      await lab.assertExactly(delivered, 'stream');
    });

    it('end a subscription, as a message would', async () => {
      await lab.connect(allThree(), ...names);
      assert.equal((await list.act(lab.id('stream'), 'unsubscribe')).status, 200);
      await list.details(lab.id('stream'), ({ state }) => state === 'paused');
      assert.equal(lab.sandbox.subscriptionCount, 2);
    });
  });

  describe('refuses', () => {
    let id: number;
    beforeEach(async () => {
      await lab.connect(lab.flow());
      id = (await list.row(lab.id('pull')))!.id;
    });

    it('what it does not know', async () => {
      assert.equal((await list.get('/999999')).status, 404);
      assert.equal((await list.get('/x')).status, 404);
      assert.equal((await list.post(999_999, 'ask')).status, 404);
      for (const action of ['dance', 'constructor', 7, null, { ask: 1 }]) {
        assert.equal((await list.post(id, action)).status, 400, JSON.stringify(action));
      }
    });

    it('what a form of another site could send', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        assert.equal((await list.post(id, 'unsubscribe', { 'content-type': type })).status, 415, type);
      }
      assert.equal(lab.sandbox.subscriptionCount, 1);
    });
  });
});

describe('the list of subscriptions where rights are needed', () => {
  const start = (permissions?: string[]) =>
    NodeRed.start({
      adminAuth: { type: 'credentials', users: [], ...(permissions ? { default: { permissions } } : {}) },
    });

  async function answers(permissions?: string[]): Promise<number[]> {
    const red = await start(permissions);
    try {
      const list = new SubscriptionList(red);
      return [await list.get(), await list.get('/1'), await list.post(1, 'ask')].map(({ status }) => status);
    } finally {
      await red.close();
    }
  }

  it('is for nobody who has not signed in', async () => {
    assert.deepEqual(await answers(), [401, 401, 401]);
  });

  it('is for nobody without the right to look', async () => {
    assert.deepEqual(await answers(['flows.read', 'ews-push-in.read']), [401, 401, 401]);
  });

  it('can be looked at, and nothing else, by whoever may only read', async () => {
    assert.deepEqual(await answers(['read']), [200, 404, 401]);
    assert.deepEqual(await answers(['ews-notifications.read']), [200, 404, 401]);
  });

  it('does what is asked of it by whoever may write', async () => {
    assert.deepEqual(await answers(['ews-notifications.write']), [401, 401, 404]);
  });
});
