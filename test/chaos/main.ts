/**
 * The proof that nothing is lost: npm run test:chaos -- --seed 7 --minutes 10
 *
 * Without a seed a fresh one is drawn and printed. Ends with code 1 when something was lost, repeated or out of order.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ChaosRun } from './run.js';
import { summary } from './summary.js';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string' } } });
  const seed = Number(values.seed ?? randomInt(1, 1_000_000));
  const minutes = Number(values.minutes ?? 1);
  if (!Number.isInteger(seed) || !(minutes > 0)) throw new Error('Usage: npm run test:chaos -- --seed 7 --minutes 10');
  console.log(`seed ${seed}, ${minutes} min`);
  const begun = Date.now();
  const outcome = await ChaosRun.run(seed, minutes * 60_000);
  console.log(summary(seed, Date.now() - begun, outcome));
  if (outcome.problems !== '') process.exitCode = 1;
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
