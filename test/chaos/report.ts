import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './run.js';
import { summary } from './summary.js';

/**
 * What a run has come to, for people. Where something is wrong, all that happened and was told is left in a file.
 * @param ms how long it took
 */
export function report(
  seed: number,
  ms: number,
  outcome: Outcome,
  file = join(tmpdir(), `ews-chaos-${seed}.jsonl`),
): string {
  const text = summary(seed, ms, outcome);
  if (outcome.problems === '') return text;
  writeFileSync(file, outcome.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return `${text}\nAll that happened and was told: ${file}`;
}
