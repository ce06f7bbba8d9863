import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EXAMPLES, readExample } from './support/example.js';
import { projectRoot } from './support/fixture.js';
import type { FlowNode } from './support/node-red-process.js';
import { BRANCHES } from '../dist/src/sandbox/activity/organization.js';

interface Manifest {
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
}

const own = Object.keys(
  (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Manifest)['node-red'].nodes,
);
/** A node's height on the canvas, and what a label and the symbols around it take, in pixels. */
const HEIGHT = 30;
const LETTER = 7;
const AROUND = 60;

/** The types of the nodes that come with Node-RED. */
function coreTypes(): Set<string> {
  const folder = join(dirname(createRequire(__filename).resolve('@node-red/nodes/package.json')), 'core');
  const registered = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/registerType\(\s*["']([^"']+)["']/g)]);
  return new Set(['tab', ...registered.map(([, type]) => type!)]);
}

/** What stands on a node. */
function label({ name, type }: FlowNode): string {
  return typeof name === 'string' && name !== '' ? name : type;
}

/** Where a node is on the canvas, as far as that can be told without drawing it. */
function boxOf(node: FlowNode): { left: number; right: number; top: number; bottom: number } {
  const width = AROUND + LETTER * label(node).length;
  const [middle, height] = [node.x as number, node.y as number];
  return { left: middle - width / 2, right: middle + width / 2, top: height - HEIGHT / 2, bottom: height + HEIGHT / 2 };
}

describe('the examples', () => {
  it('have names that put them in order', () => {
    assert.ok(EXAMPLES.length > 0);
    EXAMPLES.forEach((name, at) => assert.match(name, new RegExp(`^0${at + 1} - [A-Z]`)));
  });

  it('show every node', () => {
    const used = new Set(EXAMPLES.flatMap((name) => readExample(name).map(({ type }) => type)));
    assert.deepEqual(
      own.filter((type) => !used.has(type)),
      [],
    );
  });

  it('can be imported together', () => {
    const ids = EXAMPLES.flatMap((name) => readExample(name).map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
  });

  it('watch, in the list of fifty, the mailboxes that the sandbox has', () => {
    const [list] = readExample(EXAMPLES.find((name) => name.includes('Fifty'))!).filter(
      ({ type }) => type === 'template',
    );
    const rows = (list!.template as string).trim().split('\n').slice(1);
    assert.deepEqual(
      rows.map((row) => row.split(',')[0]),
      BRANCHES,
    );
  });

  const core = coreTypes();
  for (const name of EXAMPLES) {
    describe(name, () => {
      const nodes = readExample(name);
      const placed = nodes.filter(({ x }) => x !== undefined);

      it('runs on the sandbox, with nothing else installed', () => {
        const known = nodes.filter(({ type }) => core.has(type) || own.includes(type));
        assert.deepEqual(known, nodes);
        const accounts = nodes.filter(({ type }) => type === 'ews-account');
        assert.deepEqual(
          accounts.map(({ server, name: called }) => [server, called]),
          [['sandbox', 'Sandbox']],
        );
      });

      it('says what it does and what to change', () => {
        const [about] = placed.filter(({ type }) => type === 'comment');
        assert.match(String(about?.name), /^Deploy/);
        assert.match(String(about?.info), /of your own|your own mailbox|yours/);
        assert.ok(
          placed.every(({ y }) => (y as number) >= (about?.y as number)),
          'it stands at the top',
        );
      });

      it('is on a tab of its own, with every wire connected', () => {
        const [tab, ...others] = nodes.filter(({ type }) => type === 'tab');
        assert.ok(tab && others.length === 0);
        const ids = new Set(nodes.map(({ id }) => id));
        for (const { z, wires, scope } of placed) {
          assert.equal(z, tab.id);
          for (const id of [...((wires ?? []) as string[][]).flat(), ...((scope ?? []) as string[])]) {
            assert.ok(ids.has(id));
          }
        }
      });

      it('has no node on another', () => {
        const boxes = placed.map((node) => ({ node, ...boxOf(node) }));
        const overlapping = boxes.flatMap((one, at) =>
          boxes
            .slice(at + 1)
            .filter(
              ({ left, right, top, bottom }) =>
                left < one.right && one.left < right && top < one.bottom && one.top < bottom,
            )
            .map(({ node }) => `${label(one.node)} and ${label(node)}`),
        );
        assert.deepEqual(overlapping, []);
        assert.ok(boxes.every(({ left, top }) => left >= 0 && top >= 0));
      });
    });
  }
});
