import { Random } from '../../dist/src/sandbox/random.js';
import { compare, KINDS, type Outcome } from './compare.js';
import { randomDocument } from './documents.js';
import { mutated } from './mutations.js';

/** Mutations of each document that is made up. */
const MUTATIONS_EACH = 19;

export type Counts = Record<Outcome, number>;

export interface RunOutcome {
  /** Documents as servers write them. */
  readonly sound: Counts;
  /** Those that were spoilt, or changed in a way that may mean nothing. */
  readonly mutated: Counts;
}

/** Gives so many documents to both readers. Throws an `AssertionError` with the first on which they differ. */
export function compareMany(seed: number, documents: number, mutationsEach = MUTATIONS_EACH): RunOutcome {
  const random = new Random(seed);
  const outcome: RunOutcome = {
    sound: { taken: 0, left: 0, refused: 0 },
    mutated: { taken: 0, left: 0, refused: 0 },
  };
  for (let done = 0; done < documents;) {
    const kind = random.pick(KINDS);
    const document = randomDocument(random, kind);
    outcome.sound[compare(kind, document)] += 1;
    for (let round = 0; round < mutationsEach; round += 1)
      outcome.mutated[compare(kind, mutated(document, random))] += 1;
    done += 1 + mutationsEach;
  }
  return outcome;
}
