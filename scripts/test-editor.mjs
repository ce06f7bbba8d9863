// Runs the tests of the editor (test/editor) in Chromium against a real Node-RED 4, the development dependency, and a
// Node-RED 5 under Node 22, into which the packed tarball is installed; it is kept in .cache/editor/ for the next time.
//
//   npm run test:editor [-- [4|5] [WORD ...]]      only one Node-RED; only test files whose names contain a word
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed, nodeBinary, npm, npmInstall } from './compat/install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache', 'editor');
const name = '@ews-flows/node-red-ews-notifications';

const parameters = process.argv.slice(2);
const asked = parameters.filter((one) => /^\d+$/.test(one));
const words = parameters.filter((one) => !/^\d+$/.test(one));

/** A folder that `make` fills, unless it is there from another time. One that was left half done does not count. */
function kept(folder, make) {
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  make(unfinished);
  renameSync(unfinished, folder);
  return folder;
}

/** What is packed, installed the way a user does. */
function packedPackage(nodePath) {
  const folder = join(cache, 'package');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  npm(process.execPath, root, ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  npmInstall(nodePath, folder, [join(folder, tarball)]);
  return join(folder, 'node_modules', name);
}

/** Which Node, which Node-RED and which copy of this package make a run, as the tests are told. */
function prepare(major) {
  if (major === '4') return { EWS_EDITOR_NODE: process.execPath, EWS_EDITOR_NODE_RED: root, EWS_EDITOR_PACKAGE: root };
  mkdirSync(cache, { recursive: true });
  // Below its own major version, Node-RED 5 asks for Node 22.
  const nodePath = nodeBinary(22, join(cache, 'node-22'));
  const runtime = kept(join(cache, `node-red-${major}`), (folder) =>
    npmInstall(nodePath, folder, [`node-red@${major}`, '--ignore-scripts']),
  );
  return { EWS_EDITOR_NODE: nodePath, EWS_EDITOR_NODE_RED: runtime, EWS_EDITOR_PACKAGE: packedPackage(nodePath) };
}

function testFiles() {
  const files = readdirSync(join(root, 'dist-test', 'editor')).filter((file) => file.endsWith('.test.js'));
  const wanted = files.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (wanted.length === 0) throw new Error(`No test file's name contains ${words.join(' or ')}.`);
  return wanted.map((file) => join('dist-test', 'editor', file));
}

let failed = false;
for (const major of asked.length > 0 ? asked : ['4', '5']) {
  const environment = prepare(major);
  console.log(`\nNode-RED ${installed(environment.EWS_EDITOR_NODE_RED, 'node-red')}`);
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), ...testFiles()],
    {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: 'inherit',
    },
  );
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
