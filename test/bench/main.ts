import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installPeers } from './peers/install-peers.js';
import { printTable, type TableRow } from './table.js';

/** What a file `<name>.bench.ts` of this folder exports: it prints its own figures. */
interface Bench {
  run: () => Promise<void> | void;
}

/** Says that this process is to run one benchmark, named by what follows. */
const ONE = '--one';

/**
 * Runs the benchmarks whose names contain one of the words on the command line; without a word, all. What they have found
 * is in one table at the end, in Markdown.
 */
async function main(words: string[]): Promise<void> {
  const files = readdirSync(__dirname)
    .filter((file) => file.endsWith('.bench.js'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  console.log(`node ${process.version}, ${files.length} benchmarks`);
  if (files.includes('peers.bench.js')) installPeers();
  const rows: TableRow[] = [];
  for (const file of files) {
    console.log(`\n${file.slice(0, -'.bench.js'.length)}`);
    // Each in a process of its own, so that none measures what another has left behind.
    const child = fork(__filename, [ONE, file]);
    child.on('message', (row: TableRow) => rows.push(row));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) process.exitCode = 1;
  }
  printTable(rows);
}

async function runOne(file: string): Promise<void> {
  const { run } = (await import(join(__dirname, file))) as Bench;
  await run();
  // Whatever else holds the process, the figures are there.
  process.disconnect();
}

const [first = '', second = ''] = process.argv.slice(2);
void (first === ONE ? runOne(second) : main(process.argv.slice(2)));
