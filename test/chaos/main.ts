/**
 * The proof that nothing is lost: npm run test:chaos -- --seed 7 --minutes 10
 *
 * Without a seed a fresh one is drawn and printed. Ends with code 1 when something was lost, repeated or out of order,
 * and then leaves a file with all that happened and was told, for looking into it; --records names another one.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ChaosRun } from './run.js';
import { summary } from './summary.js';

const text = { type: 'string' } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: text, minutes: text, records: text } });
  const seed = Number(values.seed ?? randomInt(1, 1_000_000));
  const minutes = Number(values.minutes ?? 1);
  if (!Number.isInteger(seed) || !(minutes > 0)) throw new Error('Usage: npm run test:chaos -- --seed 7 --minutes 10');
  console.log(`seed ${seed}, ${minutes} min`);
  const begun = Date.now();
  const outcome = await ChaosRun.run(seed, minutes * 60_000);
  console.log(summary(seed, Date.now() - begun, outcome));
  if (outcome.problems === '') return;
  process.exitCode = 1;
  const file = values.records ?? join(tmpdir(), `ews-chaos-${seed}.jsonl`);
  writeFileSync(file, outcome.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  console.log(`All that happened and was told: ${file}`);
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
