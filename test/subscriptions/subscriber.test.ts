import assert from 'node:assert/strict';
import type { EwsError } from '../../dist/src/protocol/ews-error.js';
import { AdoptionRegistry } from '../../dist/src/subscriptions/adoption-registry.js';
import type { LiveSubscription } from '../../dist/src/subscriptions/live-subscription.js';
import { PositionError } from '../../dist/src/subscriptions/position-record.js';
import { PullEngine } from '../../dist/src/subscriptions/pull-engine.js';
import { StreamHub } from '../../dist/src/subscriptions/stream-hub.js';
import { readOrders, type SubscribeOrder } from '../../dist/src/subscriptions/subscribe-request.js';
import { Subscriber, type SubscribeProgress } from '../../dist/src/subscriptions/subscriber.js';
import { SubscriptionAdopter } from '../../dist/src/subscriptions/subscription-adopter.js';
import { NO_PUSH, noPushHost } from '../support/no-push.js';
import { NEW_MAIL, PullLab } from '../support/pull-lab.js';
import { Recorder } from '../support/recorder.js';
import { until } from '../support/wait.js';

const DEFAULTS: SubscribeOrder = {
  ...NEW_MAIL,
  ...NO_PUSH,
  delivery: 'pull',
  subscriptionTimeout: 30,
  connectionTimeout: 30,
};

class Output {
  readonly made: LiveSubscription[] = [];
  readonly gone: LiveSubscription[] = [];
  readonly errors: EwsError[] = [];
  readonly progress: SubscribeProgress[] = [];
  subscribed = (one: LiveSubscription) => void this.made.push(one);
  unsubscribed = (one: LiveSubscription) => void this.gone.push(one);
  failed = (error: EwsError) => void this.errors.push(error);
  finished = (progress: SubscribeProgress) => void this.progress.push(progress);
}

describe('Subscriber and SubscriptionAdopter', () => {
  let lab: PullLab;
  let registry: AdoptionRegistry;
  let abandoned: LiveSubscription[];
  let output: Output;
  let adopters: SubscriptionAdopter[];

  beforeEach(async () => {
    lab = await PullLab.open();
    output = new Output();
    adopters = [];
    abandoned = [];
    registry = new AdoptionRegistry(lab.clock, (one) => abandoned.push(one));
  });
  afterEach(async () => {
    await Promise.all(adopters.map((adopter) => adopter.close(true)));
    await lab.close();
  });

  function subscriber(): Subscriber {
    const account = lab.account();
    const hub = new StreamHub(account);
    return new Subscriber({
      id: 'subscribe-node',
      accountId: 'account-node',
      account,
      hub,
      registry,
      pushHost: noPushHost,
    });
  }

  function adopter(told: Recorder, id = 'pull-node'): SubscriptionAdopter {
    const link = lab.account();
    const hub = new StreamHub(link);
    const one = new SubscriptionAdopter({
      id,
      delivery: 'pull',
      store: lab.store,
      account: (account) => (account === 'account-node' ? { link, hub, registry } : undefined),
      listenerFor: () => told,
      makeEngine: ({ account, ...parts }) =>
        new PullEngine({ ...parts, account: account.link, interval: 60, subscriptionTimeout: 30, missed: 'recover' }),
    });
    adopters.push(one);
    return one;
  }

  it('makes a subscription that another node adopts and polls', async () => {
    await subscriber().subscribe(readOrders('', DEFAULTS), output);
    const [made] = output.made;
    assert.ok(made);
    assert.equal(made.account, 'account-node');
    assert.equal(made.subscriber, 'subscribe-node');
    assert.equal(made.delivery, 'pull');
    assert.deepEqual(output.progress, [{ wanted: 1, subscribed: 1, failed: 0 }]);
    const sent = lab.deliver(2);
    const told = new Recorder();
    assert.equal(await adopter(told).adopt(JSON.parse(JSON.stringify(made)) as LiveSubscription), true);
    await until(() => told.current === 'connected');
    assert.deepEqual(told.items, sent);
    await lab.clock.advance(61_000);
    assert.deepEqual(abandoned, []);
    assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 1);
  });

  it('ends, with a warning, what nobody adopts within a minute', async () => {
    await subscriber().subscribe([DEFAULTS], output);
    await lab.clock.advance(59_999);
    assert.deepEqual(abandoned, []);
    await lab.clock.advance(1);
    assert.deepEqual(abandoned, output.made);
    assert.deepEqual(registry.madeBy('subscribe-node'), []);
  });

  it('gives a subscription to the first who asks; a second gets an error', async () => {
    await subscriber().subscribe([DEFAULTS], output);
    const [made] = output.made;
    assert.ok(made);
    const first = adopter(new Recorder(), 'first');
    assert.equal(await first.adopt(made), true);
    assert.equal(await first.adopt(made), true, 'once more is no error');
    await assert.rejects(adopter(new Recorder(), 'second').adopt(made), { code: 'EWS_ADOPTED' });
  });

  it('goes on with other details when it is ordered again with them, and with those after a restart', async () => {
    const one = subscriber();
    await one.subscribe([{ ...DEFAULTS, include: 'summary', calm: 5 }], output);
    const told = new Recorder();
    const first = adopter(told);
    await first.adopt(output.made[0]!);
    await until(() => told.current === 'connected');
    const before = lab.deliver(2);

    await one.subscribe([{ ...DEFAULTS, include: 'body' }], output);
    const changed = output.made[1]!;
    assert.deepEqual([changed.include, changed.calm], ['body', undefined]);
    assert.equal(changed.subscriptionId, output.made[0]!.subscriptionId);
    // Ordered twice at once, the last order counts.
    await Promise.all([first.adopt({ ...changed, include: 'mime' }), first.adopt(changed)]);
    assert.equal(first.engines.length, 1);
    assert.equal(registry.madeBy('subscribe-node')[0]?.include, 'body');
    await until(() => told.items.length === 2);
    assert.deepEqual(told.items, before, 'what happened meanwhile comes once');
    const [record] = lab.store.records.values();
    assert.deepEqual([record?.adopted?.include, record?.adopted?.calm], ['body', undefined]);
    assert.equal(record?.adopted?.subscriber, 'subscribe-node');
    assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 1);
    assert.ok(!lab.requests.includes('Unsubscribe'));

    const [engine] = first.engines;
    await first.adopt(changed);
    assert.equal(first.engines[0], engine, 'the same once more changes nothing');
    await one.unsubscribe({}, output);
    assert.deepEqual([lab.sandbox.subscriptionCount, first.engines.length], [0, 0]);
  });

  it('closes and ends whole what is just being given other details', async () => {
    const one = subscriber();
    await one.subscribe([DEFAULTS], output);
    const made = output.made[0]!;
    const told = new Recorder();
    const first = adopter(told);
    await first.adopt(made);
    await until(() => told.current === 'connected');
    let begun = false;
    let goOn = (): void => undefined;
    const load = lab.store.load.bind(lab.store);
    lab.store.load = async (key) => {
      begun = true;
      await new Promise<void>((resolve) => (goOn = resolve));
      lab.store.load = load;
      return load(key);
    };
    const changing = first.adopt({ ...made, include: 'body' });
    await until(() => begun);
    const ended = first.end(made.subscriptionId);
    goOn();
    await Promise.all([changing, ended]);
    assert.deepEqual([lab.sandbox.subscriptionCount, first.engines.length, lab.store.records.size], [0, 0, 0]);
  });

  it('does not adopt what belongs to an account that is unknown here', async () => {
    await subscriber().subscribe([DEFAULTS], output);
    const [made] = output.made;
    assert.ok(made);
    assert.equal(await adopter(new Recorder()).adopt({ ...made, account: 'elsewhere' }), false);
  });

  it('makes nothing twice, also after a restart in which the adopter carried on by itself', async () => {
    const made = subscriber();
    await made.subscribe([DEFAULTS, DEFAULTS], output);
    assert.equal(output.made.length, 1);
    const first = adopter(new Recorder());
    await first.adopt(output.made[0] ?? assert.fail());
    await first.close(true);
    // A restart: nothing is known but what was saved.
    registry = new AdoptionRegistry(lab.clock, (one) => abandoned.push(one));
    const missed = lab.deliver(3);
    const told = new Recorder();
    const second = adopter(told);
    registry.loads(second.resume());
    const again = subscriber();
    await again.subscribe([DEFAULTS], output);
    assert.equal(lab.requests.filter((operation) => operation === 'Subscribe').length, 1);
    assert.equal(again.list().length, 1);
    await until(() => told.current === 'connected');
    assert.deepEqual(told.items, missed);
    assert.equal(told.batches[0]?.recovered, true);
  });

  it('takes up after a restart all that can be, then tells what cannot', async () => {
    const events = ['NewMail', 'Created', 'Deleted'] as const;
    await subscriber().subscribe(
      events.map((event) => ({ ...DEFAULTS, events: [event] })),
      output,
    );
    const first = adopter(new Recorder());
    for (const made of output.made) await first.adopt(made);
    await until(() => lab.store.records.size === 3);
    await first.close(true);
    registry = new AdoptionRegistry(lab.clock, (one) => abandoned.push(one));
    // Another node was faster with the first of them.
    assert.equal(await adopter(new Recorder(), 'other').adopt(output.made[0] ?? assert.fail()), true);
    const second = adopter(new Recorder());
    await assert.rejects(second.resume(), { code: 'EWS_ADOPTED' });
    assert.deepEqual(second.engines.map(({ description }) => description.events[0]).sort(), ['Created', 'Deleted']);
    await second.close(true);
    lab.store.bad.push(new PositionError('damaged', 'the first'), new PositionError('newer', 'the second'));
    const third = adopter(new Recorder());
    await assert.rejects(third.resume(), { kind: 'damaged', detail: 'the first' });
    assert.equal(third.engines.length, 2);
  });

  it('adopts nothing once it is closed', async () => {
    await subscriber().subscribe([DEFAULTS], output);
    const made = output.made[0] ?? assert.fail();
    let stand = (): void => undefined;
    const closed = adopter(new Recorder());
    const resumed = closed.resume(new Promise((resolve) => (stand = resolve)));
    const adopted = closed.adopt(made);
    await closed.close(true);
    stand();
    await resumed;
    assert.equal(await adopted, false);
    assert.deepEqual(closed.engines, []);
    assert.equal(registry.adopterOf(made.subscriptionId), undefined);
  });

  it('takes up nothing after a restart once it is closed', async () => {
    await subscriber().subscribe([DEFAULTS], output);
    const first = adopter(new Recorder());
    await first.adopt(output.made[0] ?? assert.fail());
    await until(() => lab.store.records.size === 1);
    await first.close(true);
    const second = adopter(new Recorder());
    const resumed = second.resume();
    await second.close(true);
    await resumed;
    assert.deepEqual(second.engines, []);
  });

  it('follows a subscription that was made anew', async () => {
    const one = subscriber();
    await one.subscribe([DEFAULTS], output);
    const told = new Recorder();
    const pull = adopter(told);
    await pull.adopt(output.made[0] ?? assert.fail());
    await until(() => told.current === 'connected');
    const old = one.list()[0]?.subscriptionId;
    lab.sandbox.failNext({ operation: 'GetEvents', code: 'ErrorSubscriptionNotFound' });
    await lab.next(told);
    await until(() => one.list()[0]?.subscriptionId !== old);
    const current = one.list()[0]?.subscriptionId ?? '';
    assert.equal(pull.select({ subscriptionId: current }).length, 1);
    await one.unsubscribe({ subscriptionId: current }, output);
    assert.equal(output.gone[0]?.subscriptionId, current);
    assert.deepEqual(pull.engines, []);
    assert.equal(lab.store.records.size, 0, 'its position is forgotten');
    assert.equal(lab.requests.at(-1), 'Unsubscribe');
  });

  it('sets exactly what is asked for', async () => {
    for (const name of ['a', 'b', 'c']) lab.sandbox.addMailbox(`${name}@sandbox.example`);
    const one = subscriber();
    const folders = (events: SubscribeOrder['events']): SubscribeOrder => ({ ...DEFAULTS, events });
    await one.set([folders(['NewMail']), folders(['Created'])], output);
    assert.equal(one.list().length, 2);
    await one.set([folders(['Created']), folders(['Deleted'])], output);
    assert.deepEqual(
      one
        .list()
        .map(({ events }) => events.join())
        .sort(),
      ['Created', 'Deleted'],
    );
    assert.deepEqual(
      output.gone.map(({ events }) => events.join()),
      ['NewMail'],
    );
    assert.deepEqual(
      output.made.map(({ events }) => events.join()),
      ['NewMail', 'Created', 'Created', 'Deleted'],
    );
    await one.unsubscribe({}, output);
    assert.deepEqual(one.list(), []);
  });

  it('tells which of a list failed, and makes the others', async () => {
    lab.sandbox.failNext({ operation: 'Subscribe', code: 'ErrorNonExistentMailbox' });
    await subscriber().subscribe([DEFAULTS, { ...DEFAULTS, events: ['Deleted'] }], output);
    assert.equal(output.made.length, 1);
    assert.deepEqual(
      output.errors.map(({ code }) => code),
      ['ErrorNonExistentMailbox'],
    );
    assert.deepEqual(output.progress, [{ wanted: 2, subscribed: 1, failed: 1 }]);
  });
});

describe('readOrders', () => {
  it('takes an address, an object, a list of these, or nothing in particular', () => {
    assert.deepEqual(readOrders(1_700_000_000, DEFAULTS), [DEFAULTS]);
    assert.deepEqual(readOrders('', DEFAULTS), [DEFAULTS]);
    assert.equal(readOrders(' a@example.com ', DEFAULTS)[0]?.mailbox, 'a@example.com');
    const orders = readOrders(
      ['a@example.com', { mailbox: 'b@example.com', access: 'impersonate', folders: ['calendar'], events: 'Created' }],
      {
        ...DEFAULTS,
        allFolders: true,
      },
    );
    assert.deepEqual(
      orders.map(({ mailbox, access, allFolders, folders, events }) => [
        mailbox,
        access,
        allFolders,
        folders[0]?.id,
        events[0],
      ]),
      [
        ['a@example.com', 'delegate', true, 'inbox', 'NewMail'],
        ['b@example.com', 'impersonate', false, 'calendar', 'Created'],
      ],
    );
  });

  it('takes rows of tables: what is empty says nothing, and cells hold several', () => {
    const row = { mailbox: 'a@example.com', access: '', folders: 'inbox, drafts', events: 'NewMail,Moved', name: 'A' };
    const empty = { subscriptionTimeout: '', connectionTimeout: null, statusFrequency: '', watermark: '', include: '' };
    const [order] = readOrders({ ...row, ...empty, allFolders: '' }, DEFAULTS);
    assert.deepEqual(order, {
      ...{ ...DEFAULTS, mailbox: 'a@example.com', events: ['NewMail', 'Moved'] },
      folders: [
        { id: 'inbox', name: 'inbox' },
        { id: 'drafts', name: 'drafts' },
      ],
    });
    assert.equal(readOrders({ allFolders: 'true' }, DEFAULTS)[0]?.allFolders, true);
  });

  for (const payload of [
    'not an address',
    { mailbox: 5 },
    { mailbox: 'x' },
    { access: 'owner' },
    { folders: [{}] },
    { folders: 7 },
    { events: ['Exploded'] },
    [{ events: [null] }],
    { folders: 'inbox,,drafts' },
  ]) {
    it(`refuses ${JSON.stringify(payload)} with a sentence`, () => {
      assert.throws(() => readOrders(payload, DEFAULTS), { code: 'EWS_CONFIGURATION', message: /\.$/ });
    });
  }
});
