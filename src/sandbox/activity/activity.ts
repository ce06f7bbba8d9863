import type { Clock } from '../../clock.js';
import { Random } from '../random.js';
import type { Sandbox } from '../sandbox.js';
import { SECOND } from '../units.js';
import { Branches } from './branches.js';
import { MeetingRoom } from './meeting-room.js';
import { Office } from './office.js';
import { BRANCHES, ROOM, SUPPORT } from './organization.js';
import { Rhythm, type Pace } from './rhythm.js';
import { SupportDesk } from './support-desk.js';

const LIVELY: Pace = { shortest: 2 * SECOND, longest: 5 * SECOND };
/** Fifty mailboxes together; each of them hears something every minute or two. */
const BUSY: Pace = { shortest: SECOND, longest: 3 * SECOND };

/** Makes plausible things happen every few seconds in all mailboxes of a sandbox that has the organization. */
export class Activity {
  readonly #rhythms: readonly Rhythm[];

  /** @param seed what chance is drawn from; each place has a chance of its own */
  constructor(sandbox: Sandbox, clock: Clock, seed: number) {
    const random = (place: number) => new Random(seed + place);
    const rhythm = (place: number, pace: Pace, happenings: { act(): void }) =>
      new Rhythm(clock, random(place), pace, () => happenings.act());
    const branches = BRANCHES.map((address) => sandbox.mailbox(address));
    this.#rhythms = [
      rhythm(1, LIVELY, new Office(sandbox.mailbox(), clock, random(2))),
      rhythm(3, LIVELY, new SupportDesk(sandbox.mailbox(SUPPORT), random(4))),
      rhythm(5, LIVELY, new MeetingRoom(sandbox.mailbox(ROOM), clock, random(6))),
      rhythm(7, BUSY, new Branches(branches, random(8))),
    ];
  }

  start(): void {
    for (const rhythm of this.#rhythms) rhythm.start();
  }

  stop(): void {
    for (const rhythm of this.#rhythms) rhythm.stop();
  }
}
