import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/fixture.js';
import { printRow, quantile } from './parts.js';
import { report, short, whole } from './table.js';

/** Processes that load the nodes; the median is shown. */
const LOADS = 5;

interface Packed {
  readonly filename: string;
  /** Of the archive, in bytes. */
  readonly size: number;
}

interface Manifest {
  readonly name: string;
  readonly 'node-red': { readonly nodes: Record<string, string>; readonly plugins: Record<string, string> };
}

/** What installing the package takes, and how long Node-RED has to wait for its nodes to be loaded. */
export function run(): void {
  const scratch = mkdtempSync(join(tmpdir(), 'ews-bench-'));
  try {
    const { filename, size } = pack(scratch);
    writeFileSync(join(scratch, 'package.json'), '{ "private": true }');
    npm(['install', join(scratch, filename), '--ignore-scripts', '--no-audit', '--no-fund'], scratch);
    const lock = JSON.parse(readFileSync(join(scratch, 'node_modules', '.package-lock.json'), 'utf8')) as {
      packages: object;
    };
    const packages = Object.keys(lock.packages).length;
    const bytes = sizeOf(join(scratch, 'node_modules'));
    const ms = quantile(
      Array.from({ length: LOADS }, () => loading(scratch)),
      0.5,
    );
    printRow('KiB packed', 'MiB installed', 'packages', 'ms to load');
    const installed = (bytes / 1024 ** 2).toFixed(1);
    printRow((size / 1024).toFixed(0), installed, String(packages), ms.toFixed(0));
    report(
      'Installing the package',
      `${installed} MiB in ${packages} packages`,
      `${whole(size / 1024)} KiB of that is downloaded for the package itself`,
    );
    report('Loading all nodes in a fresh process', `${short(ms)} ms`, 'without Node-RED, median of five');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pack(folder: string): Packed {
  // It was built just now.
  const told = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], projectRoot);
  const [packed] = JSON.parse(told) as Packed[];
  if (!packed) throw new Error('npm packed nothing.');
  return packed;
}

function npm(words: readonly string[], cwd: string): string {
  return execFileSync('npm', words, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
}

/** Of all files below a folder, in bytes. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

/** In milliseconds, without what Node.js itself takes to start. */
function loading(scratch: string): number {
  const { name } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Manifest;
  const folder = join(scratch, 'node_modules', ...name.split('/'));
  const { nodes, plugins } = (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest)['node-red'];
  const files = [...Object.values(nodes), ...Object.values(plugins)].map((file) => join(folder, file));
  const script =
    'const start = performance.now(); for (const file of process.argv.slice(1)) require(file);' +
    ' console.log(performance.now() - start);';
  return Number(execFileSync(process.execPath, ['-e', script, ...files], { encoding: 'utf8' }));
}
