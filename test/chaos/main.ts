/**
 * The proof that nothing is lost: npm run test:chaos -- --seed 7 --minutes 10
 *
 * Without a seed a fresh one is drawn and printed. Ends with code 1 when something was lost, repeated or out of order,
 * and then leaves a file with all that happened and was told, for looking into it; --records names another one.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { report } from './report.js';
import { ChaosRun } from './run.js';

const text = { type: 'string' } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: text, minutes: text, records: text } });
  const seed = Number(values.seed ?? randomInt(1, 1_000_000));
  const minutes = Number(values.minutes ?? 1);
  if (!Number.isInteger(seed) || !(minutes > 0)) throw new Error('Usage: npm run test:chaos -- --seed 7 --minutes 10');
  console.log(`seed ${seed}, ${minutes} min`);
  const begun = Date.now();
  const outcome = await ChaosRun.run(seed, minutes * 60_000);
  console.log(report(seed, Date.now() - begun, outcome, values.records));
  if (outcome.problems !== '') process.exitCode = 1;
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
