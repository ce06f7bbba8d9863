import { setTimeout as passTime } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { freePort } from '../support/free-port.js';
import { NodeRed, type FlowNode } from '../support/node-red-process.js';
import { addresses, flowsFor, type Watcher } from './flows.js';
import { happen } from './happenings.js';
import type { Kill } from './comparison.js';
import { describe, judge, type Verdict } from './judge.js';
import { Ledger } from './ledger.js';
import { writeScript, type At, type NodeRedStep, type Script, type ServerName, type ServerStep } from './script.js';

/**
 * How long recovery may take once nothing goes wrong any more, in milliseconds: a push subscription that was forgotten is
 * missed after two minutes, and waits between attempts have grown by then.
 */
const SETTLE_MS = 6 * 60_000;
/** The same for a short run, whose faults are all noticed at once. */
const SHORT_SETTLE_MS = 60_000;
const LOOK_MS = 250;

/** What a run has come to. */
export interface Outcome {
  readonly happened: number;
  readonly verdict: Verdict;
  /** How many of each kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** What is wrong, for people; empty if nothing is. */
  readonly problems: string;
  /** All that happened, went wrong and was told. */
  readonly records: readonly unknown[];
}

/** One run of chaos: servers, a Node-RED that watches them, and all that happens to both. */
export class ChaosRun {
  readonly #script: Script;
  readonly #kills: Kill[] = [];
  readonly #faults: { at: number; kind: string; text: string }[] = [];
  readonly #ledgers: Ledger[] = [];
  readonly #watchers: Watcher[] = [];
  #flows: FlowNode[] = [];
  #changes = 0;

  private constructor(
    readonly red: NodeRed,
    readonly servers: Readonly<Record<ServerName, Sandbox>>,
    script: Script,
  ) {
    this.#script = script;
  }

  /** Runs what a seed says for so many milliseconds, and until everything has settled. */
  static async run(seed: number, ms: number): Promise<Outcome> {
    const servers = {
      exchange: await startSandbox({ seed }),
      grommunio: await startSandbox({ seed: seed + 1, character: 'grommunio' }),
    };
    let red: NodeRed | undefined;
    try {
      red = await NodeRed.start({}, await freePort());
      return await new ChaosRun(red, servers, writeScript(seed, ms)).#run();
    } finally {
      await red?.close();
      for (const server of Object.values(servers)) await server.close();
    }
  }

  async #run(): Promise<Outcome> {
    await this.#begin();
    const start = Date.now();
    await Promise.all([
      follow(start, this.#script.happenings, (one) => this.#happen(one.server, one.mailbox, (box) => happen(box, one))),
      follow(start, this.#script.servers, (step) => this.#break(step)),
      follow(start, this.#script.nodeRed, (step) => this.#disturb(step)),
    ]);
    for (const server of Object.values(this.servers)) server.behave();
    await this.#settle(this.#script.isLong ? SETTLE_MS : SHORT_SETTLE_MS);
    return this.#outcome();
  }

  /** Everybody watches before anything happens: what was before is nobody's business. */
  async #begin(): Promise<void> {
    for (const [name, sandbox] of Object.entries(this.servers) as [ServerName, Sandbox][]) {
      const boxes = addresses(sandbox);
      for (const address of boxes.slice(1)) sandbox.addMailbox(address);
      sandbox.allowImpersonation(sandbox.user);
      const { flows, watchers } = flowsFor(name, sandbox);
      this.#flows.push(...flows);
      this.#watchers.push(...watchers);
      for (const address of boxes) this.#ledgers.push(new Ledger(name, sandbox, sandbox.mailbox(address)));
    }
    await this.red.deploy(this.#flows);
    for (const { button } of this.#watchers) if (button !== undefined) await this.red.press(button);
    await this.red.until(() => this.#watchers.every(({ id }) => /connected$/.test(this.red.status(id).text ?? '')));
  }

  #ledger(server: ServerName, mailbox: number): Ledger {
    const address = addresses(this.servers[server])[mailbox];
    return this.#ledgers.find((one) => one.server === server && one.mailbox.address === address)!;
  }

  #happen(server: ServerName, mailbox: number, act: (mailbox: Ledger['mailbox']) => void): void {
    const ledger = this.#ledger(server, mailbox);
    act(ledger.mailbox);
    ledger.note();
  }

  async #break({ server, fault }: ServerStep): Promise<void> {
    const sandbox = this.servers[server];
    this.#note(fault.kind, `${server} ${JSON.stringify(fault)}`);
    if ('fail' in fault) sandbox.failNext(fault.fail);
    else if (fault.kind === 'reset') sandbox.resetConnections();
    else if (fault.kind === 'outage') {
      await sandbox.stop();
      await passTime(fault.ms);
      await sandbox.start();
    } else {
      const { address } = this.#ledger(server, fault.mailbox).mailbox;
      sandbox.beginMailboxMove(address);
      await passTime(fault.ms);
      sandbox.endMailboxMove(address);
    }
  }

  async #disturb({ kind }: NodeRedStep): Promise<void> {
    this.#note(kind, kind);
    switch (kind) {
      case 'deploy full':
        return this.red.deploy(this.#flows);
      case 'deploy nodes':
        return this.red.deploy(this.#flows, 'nodes');
      case 'changed node': {
        const { id } = this.#watchers[(this.#changes += 1) % this.#watchers.length]!;
        this.#flows = this.#flows.map((one) => (one.id === id ? { ...one, name: `Change ${this.#changes}` } : one));
        return this.red.deploy(this.#flows, 'nodes');
      }
      case 'restart':
        return this.red.restart();
      case 'kill':
        await this.red.kill();
        this.#kills.push({ at: this.red.records.length, time: Date.now() });
        return this.red.start();
    }
  }

  #note(kind: string, text: string): void {
    this.#faults.push({ at: Date.now(), kind, text });
  }

  /** A last mail to each mailbox arrives everywhere; until then, whatever is still missing may yet come. */
  async #settle(ms: number): Promise<void> {
    const last = this.#ledgers.map((ledger) => {
      const { id } = ledger.mailbox.deliver({ subject: 'The last' });
      ledger.note();
      return { ledger, id };
    });
    const hasAll = () =>
      this.#pairs().every(({ watcher, ledger }) =>
        this.red.items(watcher.id).includes(last.find((one) => one.ledger === ledger)?.id ?? ''),
      ) && this.#verdict().findings.every(({ what }) => what !== 'lost');
    const end = Date.now() + ms;
    while (Date.now() < end && !hasAll()) await passTime(LOOK_MS);
  }

  #pairs(): { watcher: Watcher; ledger: Ledger }[] {
    return this.#watchers.flatMap((watcher) =>
      this.#ledgers
        .filter(({ server, mailbox }) => server === watcher.server && watcher.mailboxes.includes(mailbox.address))
        .map((ledger) => ({ watcher, ledger })),
    );
  }

  #verdict(): Verdict {
    const { records } = this.red;
    const all = this.#pairs().map(({ watcher, ledger: { mailbox, events } }) =>
      judge({ ...watcher, node: watcher.id, mailbox: mailbox.address }, events, records, this.#kills),
    );
    const sum = (of: (one: Verdict) => number) => all.reduce((total, one) => total + of(one), 0);
    return {
      findings: all.flatMap(({ findings }) => findings),
      sent: sum(({ sent }) => sent),
      repeated: sum(({ repeated }) => repeated),
      gaps: sum(({ gaps }) => gaps),
      emptyGaps: sum(({ emptyGaps }) => emptyGaps),
      inGaps: sum(({ inGaps }) => inGaps),
    };
  }

  #outcome(): Outcome {
    const verdict = this.#verdict();
    const faults: Record<string, number> = {};
    for (const { kind } of this.#faults) faults[kind] = (faults[kind] ?? 0) + 1;
    const happened = this.#ledgers.reduce((total, { events }) => total + events.length, 0);
    const statuses = this.#watchers.map(({ id }) => `${id}: ${JSON.stringify(this.red.status(id))}`).join('\n');
    const problems = verdict.findings.length === 0 ? '' : `${describe(verdict.findings, this.#faults)}\n${statuses}`;
    const records = [
      ...this.#ledgers.flatMap(({ server, mailbox: { address }, events }) =>
        events.map((event) => ({ kind: 'happened', server, address, ...event })),
      ),
      ...this.#faults.map((fault) => ({ ...fault, kind: 'fault' })),
      ...this.#kills.map((kill) => ({ ...kill, kind: 'kill' })),
      ...this.red.records,
    ];
    return { happened, verdict, faults, problems, records };
  }
}

/** Takes each step when its time has come, or after the one before it if that took longer. */
async function follow<Step extends At>(
  start: number,
  steps: readonly Step[],
  take: (step: Step) => unknown,
): Promise<void> {
  for (const step of steps) {
    await passTime(Math.max(0, start + step.at - Date.now()));
    await take(step);
  }
}
