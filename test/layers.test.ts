import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './support/fixture.js';
import { filesBelow } from './support/source-files.js';

/** What each layer may import besides itself and the leaf files. */
const uses: Record<string, readonly string[]> = {
  'src/protocol': [],
  'src/transport': ['src/protocol'],
  'src/subscriptions': ['src/transport', 'src/protocol'],
  'src/details': ['src/subscriptions', 'src/transport', 'src/protocol'],
  'src/sandbox': ['src/protocol'],
  nodes: ['src/details', 'src/subscriptions', 'src/transport', 'src/protocol', 'src/sandbox'],
  // Plain scripts for the browser, which import nothing, not even each other.
  'nodes/editor': [],
};

/** Files that every layer may import, and that import none of ours. */
const leaves = ['src/clock.ts', 'src/gate.ts'];

const longest = 350;

const sources = [...filesBelow('src'), ...filesBelow('nodes')];
const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

function layerOf(file: string): string | undefined {
  if (leaves.includes(file)) return 'leaf';
  return Object.keys(uses)
    .filter((layer) => file.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Every module that a file names: imports, exports, import types, dynamic imports and require. */
function importsOf(file: string): string[] {
  return ts.preProcessFile(read(file), true, true).importedFiles.map(({ fileName }) => fileName);
}

function mayImport(from: string, to: string): boolean {
  const [user, used] = [layerOf(from), layerOf(to)];
  if (user === undefined || used === undefined || user === 'leaf' || user === 'nodes/editor') return false;
  return used === 'leaf' || used === user || (uses[user] ?? []).includes(used);
}

describe('layers', () => {
  it('every source belongs to a layer', () => {
    const homeless = sources.filter((file) => file.endsWith('.ts') && layerOf(file) === undefined);
    assert.deepEqual(homeless, []);
  });

  it('imports run one way', () => {
    const wrong = sources
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('.'))
          .map((name) => posix.join(posix.dirname(file), name.replace(/\.js$/, '.ts')))
          .filter((target) => !mayImport(file, target))
          .map((target) => `${file} → ${target}`),
      );
    assert.deepEqual(wrong, []);
  });

  it('nothing under src/ knows Node-RED', () => {
    const wrong = sources
      .filter((file) => file.startsWith('src/'))
      .filter((file) => importsOf(file).some((name) => /^(node-red|@node-red\/)/.test(name)));
    assert.deepEqual(wrong, []);
  });

  it(`no file is longer than ${longest} lines`, () => {
    const tooLong = sources
      .filter((file) => /\.(ts|html)$/.test(file))
      .map((file) => ({ file, lines: read(file).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > longest);
    assert.deepEqual(tooLong, []);
  });
});
