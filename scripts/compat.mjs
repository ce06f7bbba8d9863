// Installs the packed tarball the way a user does (without a lock file) into a fresh Node-RED, starts that and lets it
// run a flow. By default Node-RED 4 under Node 20, and Node-RED 5 under Node 22, where npm picks undici 8.
//
//   node scripts/compat.mjs [NODE:NODE_RED ...]      for example 22:4 24:5 (major versions)
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areComplete, assertEvents, compatFlow, eventsFile } from './compat/flow.mjs';
import { installed, nodeBinary, npm, npmInstall } from './compat/install.mjs';
import { startNodeRed } from './compat/node-red.mjs';
import { waitFor } from './compat/wait.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const types = Object.keys(manifest['node-red'].nodes);

const asked = process.argv.slice(2);
const pairs = (asked.length > 0 ? asked : ['20:4', '22:5']).map((pair) => {
  const [, node, nodeRed] = /^(\d+):(\d+)$/.exec(pair) ?? [];
  if (node === undefined) throw new Error(`"${pair}" is not NODE:NODE_RED, such as 22:5.`);
  // undici 8 needs Node 22; that npm knows this from its engines is part of what is tried here.
  return { node: Number(node), nodeRed: Number(nodeRed), undici: Number(node) < 22 ? 7 : 8 };
});

const scratch = mkdtempSync(join(tmpdir(), 'ews-compat-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

function pack() {
  npm(process.execPath, root, ['pack', '--loglevel=error', '--pack-destination', scratch]);
  const tarball = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
  assert.ok(tarball, 'npm pack made no tarball');
  return join(scratch, tarball);
}

/** Runs one pair; what it throws is the failure. */
async function run({ node, nodeRed, undici }, tarball, folder) {
  const nodePath = nodeBinary(node, join(folder, 'node'));
  const runtime = npmInstall(nodePath, join(folder, 'runtime'), [`node-red@${nodeRed}`, '--ignore-scripts']);
  const userDir = npmInstall(nodePath, join(folder, 'user'), [tarball]);
  const versions = ['undici', 'fast-xml-parser'].map((name) => `${name} ${installed(userDir, name)}`);
  console.log(`  node-red ${installed(runtime, 'node-red')}, ${manifest.name} ${installed(userDir, manifest.name)}`);
  console.log(`  ${versions.join(', ')}`);
  assert.match(installed(userDir, 'undici'), new RegExp(`^${undici}\\.`), 'npm picked another undici than expected');

  const red = await startNodeRed({ nodePath, runtime, userDir });
  try {
    const sets = (await red.get('/nodes')).filter((set) => set.module === manifest.name);
    for (const set of sets) assert.ok(set.enabled && !set.err, `${set.id}: ${set.err ?? 'disabled'}`);
    assert.deepEqual(sets.flatMap((set) => set.types).sort(), [...types].sort(), 'node types that Node-RED lists');
    console.log(`  Node-RED ${(await red.get('/settings')).version} lists ${types.join(', ')}`);

    await red.post('/flows', compatFlow(userDir));
    const events = await waitFor(
      'messages by pull and by streaming',
      () => {
        const lines = eventsFile.read(userDir);
        return areComplete(lines) ? lines : undefined;
      },
      { seconds: 180, failed: red.failure },
    );
    assertEvents(events);
    console.log(`  events: ${events.map(({ topic, ews }) => `${topic} (${ews.delivery})`).join(', ')}`);
  } catch (error) {
    console.error(red.log());
    throw error;
  } finally {
    await red.stop();
  }
}

let failures = 0;
const tarball = pack();
for (const pair of pairs) {
  console.log(`\nNode ${pair.node}, Node-RED ${pair.nodeRed}`);
  const folder = join(scratch, `node-${pair.node}-red-${pair.nodeRed}`);
  mkdirSync(folder);
  try {
    await run(pair, tarball, folder);
    console.log('  ok');
  } catch (error) {
    failures++;
    console.error('  failed:', error);
  }
}
// In mocha's words, so that both can be counted alike.
console.log(`\n  ${pairs.length - failures} passing`);
if (failures > 0) console.log(`  ${failures} failing`);
process.exitCode = failures > 0 ? 1 : 0;
