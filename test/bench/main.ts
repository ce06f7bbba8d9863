import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a file `<name>.bench.ts` of this folder exports: it prints its own figures. */
interface Bench {
  run: () => Promise<void> | void;
}

/** Runs the benchmarks whose names contain one of the words on the command line; without a word, all. */
async function main(words: string[]): Promise<void> {
  const files = readdirSync(__dirname)
    .filter((file) => file.endsWith('.bench.js'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  console.log(`node ${process.version}, ${files.length} benchmarks`);
  for (const file of files) {
    console.log(`\n${file.slice(0, -'.bench.js'.length)}`);
    const { run } = (await import(join(__dirname, file))) as Bench;
    await run();
  }
}

void main(process.argv.slice(2));
