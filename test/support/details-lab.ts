import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_DETAILS, type DetailsSettings } from '../../dist/src/details/details-settings.js';
import { LookUp } from '../../dist/src/details/look-up.js';
import { Outbox } from '../../dist/src/details/outbox.js';
import { FileSpool, SPOOL_SUFFIX } from '../../dist/src/details/file-spool.js';
import type { Spool } from '../../dist/src/details/spool.js';
import type { EwsError } from '../../dist/src/protocol/ews-error.js';
import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { PullLab } from './pull-lab.js';
import { Recorder } from './recorder.js';
import { until } from './wait.js';

export const SUMMARY: DetailsSettings = { ...NO_DETAILS, include: 'summary' };
const KEY = { node: 'node', mailbox: '', part: '' };

export interface RunningOutbox {
  readonly outbox: Outbox;
  readonly told: Recorder;
  /** What could not be looked up was told so often. */
  readonly troubles: EwsError[];
}

let number = 0;

/** An event of an item or folder, at a time and place that do not matter. */
export function eventOf(id: string, eventType: MailboxEvent['eventType'] = 'Created', more: object = {}): MailboxEvent {
  const common = { eventType, timeStamp: '2026-03-02T08:00:00Z', parentFolderId: { id: 'parent' } };
  number += 1;
  const subject = 'folderId' in more ? {} : { itemId: { id } };
  return { ...common, ...subject, watermark: `w${number}`, ...more } as MailboxEvent;
}

/** A sandbox on a clock that stands still, and outboxes that look up what is in it. */
export class DetailsLab {
  readonly directory = mkdtempSync(join(tmpdir(), 'ews-spool-'));
  readonly #outboxes: Outbox[] = [];
  readonly #silences: (() => void)[] = [];

  /** Has no question about items answered any more. */
  silence(): void {
    this.#silences.push(this.base.sandbox.failNext({ operation: 'GetItem', times: 1000, silent: true }));
  }

  /** Ends that. */
  speak(): void {
    for (const end of this.#silences.splice(0)) end();
  }

  private constructor(readonly base: PullLab) {}

  static async open(options: SandboxOptions = {}): Promise<DetailsLab> {
    return new DetailsLab(await PullLab.open(options));
  }

  get mailbox() {
    return this.base.sandbox.mailbox();
  }

  get clock() {
    return this.base.clock;
  }

  /** The files of what waits. */
  get files(): string[] {
    return readdirSync(this.directory).filter((name) => name.endsWith(SPOOL_SUFFIX));
  }

  /** An outbox that runs. */
  run(
    wanted: Partial<DetailsSettings> = SUMMARY,
    parts: { spool?: Spool; direct?: boolean; told?: Recorder } = {},
  ): RunningOutbox {
    const { spool = new FileSpool(this.directory, KEY), direct = false, told = new Recorder() } = parts;
    const settings = { ...NO_DETAILS, ...wanted };
    const troubles: EwsError[] = [];
    const preparation = new LookUp({
      account: this.base.account(),
      access: { mailbox: '', access: 'delegate' },
      settings,
      trouble: (error) => troubles.push(error),
    });
    const outbox = new Outbox({
      spool,
      preparation,
      listener: told,
      direct,
      clock: this.clock,
      calmMs: settings.calm * 1000,
    });
    this.#outboxes.push(outbox);
    void outbox.start();
    return { outbox, told, troubles };
  }

  /** Has one notification taken, and waits until so many were sent. */
  async send({ outbox, told }: RunningOutbox, events: readonly MailboxEvent[], recovered = false): Promise<Payload[]> {
    const before = told.batches.length;
    await outbox.take({ subscriptionId: 's', events, recovered });
    await until(() => told.batches.length > before);
    return payloads(told).slice(-events.length);
  }

  async close(): Promise<void> {
    await Promise.all(this.#outboxes.map((outbox) => outbox.close()));
    await this.base.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A disk in which nothing is, and that forgets what is written. */
export const EMPTY_SPOOL: Omit<Spool, 'add'> = {
  load: () => Promise.resolve([]),
  replace: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  remember: () => Promise.resolve(),
  remembered: () => Promise.resolve({ keys: [], since: 0 }),
  clear: () => Promise.resolve(),
};

/** What a message holds; a test knows what it looks into. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as a flow sees it
export type Payload = Record<string, any>;

/** All events that were sent, in order, as messages hold them. */
export function payloads({ batches }: Recorder): Payload[] {
  return batches.flatMap(({ events }) => events as readonly Payload[]);
}
