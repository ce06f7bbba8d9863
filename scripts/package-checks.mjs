// Packs the package and has Node-RED's own checker (node-red-dev) look at it, as the flow library's scorecard does; what
// needs the library's catalogue is left out. Says how large the package is.
//
//   npm run test:package-checks
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './package-checks/run.mjs';
import { validate } from './package-checks/validate.mjs';

/** The checker brings hundreds of packages, some of them old: it gets a folder of its own, and runs no scripts. */
const CHECKER = 'node-red-dev@0.1.6';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.cache', 'package-checks');

function pack() {
  rmSync(join(folder, 'package'), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const output = run('npm', ['pack', '--json', '--pack-destination', folder], root);
  // What the build prints comes first.
  const [packed] = Object.values(JSON.parse(output.slice(output.search(/^[[{]/m))));
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  console.log(
    `${packed.name} ${packed.version}: ${packed.entryCount} files, ${kilobytes(packed.size)} packed, ` +
      `${kilobytes(packed.unpackedSize)} unpacked.`,
  );
  run('tar', ['-xzf', join(folder, packed.filename), '-C', folder], root);
}

pack();
run('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', CHECKER], root);

const newest = JSON.parse(run('npm', ['view', 'node-red@latest', 'version', 'engines', '--json'], root));
const checker = join(folder, 'node_modules', 'node-red-dev');
const { passed, complaints } = await validate(checker, join(folder, 'package'), newest);
for (const test of passed) console.log(`✔ ${test}`);
for (const complaint of complaints) console.error(`✖ ${complaint}`);
// The checker waits for input that never comes.
process.exit(complaints.length === 0 ? 0 : 1);
