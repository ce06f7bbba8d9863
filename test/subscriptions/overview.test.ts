import assert from 'node:assert/strict';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import type { Engine } from '../../dist/src/subscriptions/engine.js';
import type { EngineListener } from '../../dist/src/subscriptions/engine-listener.js';
import { Overview } from '../../dist/src/subscriptions/overview.js';
import { act, actionsFor } from '../../dist/src/subscriptions/overview-actions.js';
import { ManualClock } from '../support/manual-clock.js';
import { Recorder } from '../support/recorder.js';

const MANY = 10_000;

/** Stands for an engine: what it was told to do, and the listener that it tells. */
class Fake {
  readonly done: string[] = [];
  listener!: EngineListener;

  constructor(
    readonly overview: Overview,
    readonly mailbox: string,
    readonly asks = true,
  ) {
    const description = { mailbox, access: 'delegate', allFolders: true, folders: [], events: ['NewMail'] } as const;
    const about = {
      description,
      delivery: 'pull',
      ...{ node: 'n', flow: 'f', account: 'a', accountName: 'A', mailbox },
    };
    const key = { node: 'n', mailbox, part: '' };
    const make = (listener: EngineListener) => {
      this.listener = listener;
      return this.#engine();
    };
    overview.add(key, { ...about, delivery: 'pull' }, new Recorder(), make, async () => void this.done.push('end'));
  }

  #engine(): Engine {
    const doing = (what: string) => async () => void this.done.push(what);
    return {
      ...(this.asks ? { ask: () => void this.done.push('ask') } : {}),
      ...{ pause: doing('pause'), resume: doing('resume'), reopen: doing('reopen'), unsubscribe: doing('unsubscribe') },
      subscriptionId: this.mailbox,
    } as Partial<Engine> as Engine;
  }

  event(): void {
    void this.listener.events({ subscriptionId: '', events: [{} as MailboxEvent], recovered: false });
  }

  close(): void {
    this.listener.state({ name: 'closed' });
  }
}

/** What somebody knows who looks again and again. */
class Watcher {
  readonly known = new Map<number, string>();
  revision: string | undefined;
  resets = 0;

  constructor(readonly overview: Overview) {}

  /** Returns how many answers and how many entries it took. */
  look(most = 500): { answers: number; entries: number } {
    let answers = 0;
    let entries = 0;
    for (let more = true; more; answers += 1) {
      const changes = this.overview.changes(this.revision, most);
      if (changes.reset) {
        this.resets += 1;
        this.known.clear();
      }
      for (const id of changes.gone) this.known.delete(id);
      for (const { id, about } of changes.entries) this.known.set(id, about.mailbox);
      entries += changes.entries.length;
      this.revision = changes.revision;
      more = changes.more;
    }
    return { answers, entries };
  }

  get mailboxes(): string[] {
    return [...this.known.values()].sort();
  }
}

describe('Overview', () => {
  let clock: ManualClock;
  let overview: Overview;
  let watcher: Watcher;

  beforeEach(() => {
    clock = new ManualClock();
    overview = new Overview(clock);
    watcher = new Watcher(overview);
  });

  const fake = (mailbox: string) => new Fake(overview, mailbox);

  it('tells at first everything, then only what changed', () => {
    const [a, b] = [fake('a'), fake('b')];
    assert.equal(watcher.look().entries, 2);
    assert.equal(watcher.look().entries, 0);
    b.event();
    b.event();
    assert.equal(watcher.look().entries, 1);
    a.close();
    assert.equal(watcher.look().entries, 0);
    assert.deepEqual(watcher.mailboxes, ['b']);
    assert.equal(watcher.resets, 1);
  });

  it('goes on with what is known of a subscription when another takes its place', async () => {
    const before = fake('a');
    before.event();
    const [id] = (watcher.look(), watcher.known.keys());
    before.close();
    await clock.advance(30 * 60_000);
    const after = fake('a');
    watcher.look();
    assert.deepEqual([...watcher.known.keys()], [id]);
    after.event();
    const { facts } = overview.find(id!)!;
    assert.equal(facts.events, 2);
    assert.equal(facts.state, 'starting');
  });

  it('begins anew where another takes its place after an hour', async () => {
    const before = fake('a');
    before.event();
    before.close();
    await clock.advance(61 * 60_000);
    fake('b').close();
    fake('a');
    watcher.look();
    const [id] = watcher.known.keys();
    assert.equal(overview.find(id!)?.facts.events, 0);
  });

  it('tells of ten thousand in pages, and of a few that change in one', () => {
    const all = Array.from({ length: MANY }, (_, at) => fake(`m${at}`));
    assert.deepEqual(watcher.look(), { answers: 20, entries: MANY });
    for (const at of [5, 17, 9999]) all[at]!.event();
    for (const one of all) one.listener.heartbeat?.();
    assert.deepEqual(watcher.look(), { answers: 1, entries: 3 });
  });

  it('misses nothing of what changes between two pages', () => {
    const all = Array.from({ length: 10 }, (_, at) => fake(`m${at}`));
    const page = overview.changes(undefined, 4);
    watcher.revision = page.revision;
    for (const { id, about } of page.entries) watcher.known.set(id, about.mailbox);
    all[0]!.event();
    all[1]!.close();
    all[2]!.close();
    const again = fake('m2');
    all[9]!.close();
    watcher.look(4);
    assert.deepEqual(watcher.mailboxes, ['m0', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8']);
    again.close();
    watcher.look(4);
    assert.ok(!watcher.mailboxes.includes('m2'));
  });

  it('begins from the start for whoever looks after more has ended than is remembered', () => {
    const all = Array.from({ length: 3000 }, (_, at) => fake(`m${at}`));
    watcher.look();
    for (const one of all) one.close();
    fake('new');
    watcher.look();
    assert.deepEqual(watcher.mailboxes, ['new']);
    assert.equal(watcher.resets, 2);
  });

  it('begins from the start for whoever brings the revision of an earlier run, or none at all', async () => {
    fake('a');
    const { revision } = overview.changes(undefined, 10);
    await clock.advance(1000);
    const later = new Overview(clock);
    for (const since of [revision, '', 'x', `${revision}0`, '-1', undefined]) {
      assert.equal(later.changes(since, 10).reset, true, String(since));
    }
    assert.equal(overview.changes(revision, 10).reset, false);
  });

  it('finds none that has ended', () => {
    const one = fake('a');
    watcher.look();
    const [id] = watcher.known.keys();
    assert.ok(overview.find(id!));
    one.close();
    assert.equal(overview.find(id!), undefined);
  });

  it('does what can be done, and offers no more', async () => {
    const one = fake('a');
    watcher.look();
    const entry = overview.find([...watcher.known.keys()][0]!)!;
    assert.deepEqual(actionsFor(entry), ['ask', 'reopen', 'pause', 'unsubscribe']);
    for (const action of actionsFor(entry)) await act(entry, action);
    assert.deepEqual(one.done, ['ask', 'reopen', 'pause', 'end']);
    one.listener.state({ name: 'paused' });
    assert.deepEqual(actionsFor(entry), ['resume']);
    const stream = new Fake(overview, 'b', false);
    const second = overview.changes(undefined, 10).entries.find(({ about }) => about.mailbox === 'b')!;
    assert.deepEqual(actionsFor(second), ['reopen', 'pause', 'unsubscribe']);
    assert.deepEqual(stream.done, []);
  });
});
