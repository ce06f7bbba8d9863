/**
 * The two readers of notifications against each other, at length: npm run test:reader -- --documents 500000 --seed 7
 *
 * Without a seed a fresh one is drawn and printed. Ends with code 1 when they differ, with the document.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { compareMany, type Counts } from './run.js';

function main(): void {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, documents: { type: 'string' } } });
  const seed = Number(values.seed ?? randomInt(1, 1_000_000));
  const documents = Number(values.documents ?? 200_000);
  if (!Number.isInteger(seed) || !(documents > 0)) {
    throw new Error('Usage: npm run test:reader -- --documents 500000 --seed 7');
  }
  console.log(`seed ${seed}, ${documents} documents`);
  const { sound, mutated } = compareMany(seed, documents);
  print('as servers write them', sound);
  print('mutated', mutated);
}

function print(what: string, { taken, left, refused }: Counts): void {
  console.log(`${what}: ${taken} read alike by both, ${left} left to the general reader, ${refused} refused by both`);
}

main();
