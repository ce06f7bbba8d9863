// Builds what is packed: compiled src/ and nodes/ and what stands beside the nodes into dist/, the dialogs' browser code
// into resources/. With --tests also the tests, into dist-test/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expandIncludes, isPart } from './includes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/** Every file below a folder, as paths from the project root; none if there is no such folder. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const isBelow = (path, ...folders) => folders.some((folder) => path.startsWith(join(folder) + sep));
const isSource = (path) => path.endsWith('.ts') && !path.endsWith('.d.ts');
const compiled = (path, extension) => path.replace(/\.ts$/, extension);

/** A TypeScript project: its folder, and for each source what the compiler makes of it. */
const projects = [
  {
    config: 'tsconfig.json',
    buildInfo: join('.cache', 'tsc', 'package.tsbuildinfo'),
    outputs: [...filesBelow('src'), ...filesBelow('nodes')]
      .filter((path) => isSource(path) && !isBelow(path, 'nodes/editor'))
      .flatMap((path) => ['.js', '.d.ts'].map((extension) => join('dist', compiled(path, extension)))),
  },
  {
    config: join('nodes', 'editor', 'tsconfig.json'),
    buildInfo: join('.cache', 'tsc', 'editor.tsbuildinfo'),
    outputs: filesBelow(join('nodes', 'editor'))
      .filter(isSource)
      .map((path) => join('resources', relative(join('nodes', 'editor'), compiled(path, '.js')))),
  },
];
if (process.argv.includes('--tests')) {
  projects.push({
    config: join('test', 'tsconfig.json'),
    buildInfo: join('.cache', 'tsc', 'test.tsbuildinfo'),
    outputs: filesBelow('test')
      .filter((path) => isSource(path) && !isBelow(path, 'test/fixtures') && !path.split(sep).includes('node_modules'))
      .map((path) => join('dist-test', relative('test', compiled(path, '.js')))),
  });
}

/** What is copied, by its place in dist/. Node-RED looks for icons and locales beside the compiled nodes. */
const copies = new Map([
  ...filesBelow('nodes')
    .filter((path) => !isBelow(path, 'nodes/editor') && !isPart(path))
    .filter((path) => path.endsWith('.html') || path.split(sep).includes('locales'))
    .map((path) => [join('dist', path), path]),
  ...filesBelow('icons').map((path) => [join('dist', 'nodes', path), path]),
]);

/** Removes what no source makes any more, so that a deleted file is neither tested nor packed. */
function prune(folders, expected) {
  for (const folder of folders) {
    for (const path of filesBelow(folder)) {
      if (!expected.has(path)) rmSync(path);
    }
    removeEmptyFolders(folder);
  }
}

function removeEmptyFolders(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

function copyChanged() {
  for (const [target, source] of copies) {
    // Dialogs and help share parts; what is packed is plain HTML.
    const content = source.endsWith('.html') ? Buffer.from(expandIncludes(source)) : readFileSync(source);
    if (existsSync(target) && readFileSync(target).equals(content)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

function compile() {
  // The compiler trusts its build information and does not look whether its outputs are still there.
  for (const { buildInfo, outputs } of projects) {
    if (!outputs.every((path) => existsSync(path))) rmSync(buildInfo, { force: true });
  }
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  // A project without a source yet would be an error to the compiler.
  const configs = projects.filter(({ outputs }) => outputs.length > 0).map(({ config }) => config);
  return spawnSync(process.execPath, [tsc, '--build', ...configs], { stdio: 'inherit' }).status ?? 1;
}

const expected = new Set([...projects.flatMap(({ outputs }) => outputs), ...copies.keys()]);
prune(['dist', 'resources', ...(projects.length > 2 ? ['dist-test'] : [])], expected);
copyChanged();
process.exitCode = compile();
