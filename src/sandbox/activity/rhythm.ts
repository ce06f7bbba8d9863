import type { Clock, Timer } from '../../clock.js';
import type { Random } from '../random.js';
import { SECOND } from '../units.js';

/** The first thing happens so soon that whoever is trying things out need not wonder. In milliseconds. */
const FIRST = SECOND;

/** How long it is quiet between two things that happen, in milliseconds. */
export interface Pace {
  readonly shortest: number;
  readonly longest: number;
}

/** Has something happen again and again, at a pace that nobody can foretell. */
export class Rhythm {
  #timer: Timer | undefined;

  constructor(
    readonly clock: Clock,
    readonly random: Random,
    readonly pace: Pace,
    readonly act: () => void,
  ) {}

  start(): void {
    this.#timer ??= this.clock.setTimer(() => this.#next(), FIRST);
  }

  stop(): void {
    this.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.act();
    const { shortest, longest } = this.pace;
    this.#timer = this.clock.setTimer(() => this.#next(), this.random.integer(shortest, longest));
  }
}
