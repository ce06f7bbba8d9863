import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/fixture.js';
import { readNodeDefinitions } from '../support/node-definitions.js';

interface Manifest {
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
}

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Manifest;
const files = Object.entries(manifest['node-red'].nodes);
const defined = new Map(
  files.map(([type, file]) => {
    const html = readFileSync(join(projectRoot, file.replace(/\.js$/, '.html')), 'utf8');
    return [type, readNodeDefinitions(html).get(type)];
  }),
);

/** What the flow library and the scorecard know of a node, they read out of its HTML file. */
describe('catalogues can read', () => {
  for (const [type, definition] of defined) {
    it(type, () => {
      assert.ok(definition, 'it is there');
      const { category, color, icon, inputs, outputs, defaults } = definition;
      assert.ok(defaults.includes('name'));
      assert.ok(typeof icon === 'string' && existsSync(join(projectRoot, 'icons', icon)), String(icon));
      assert.equal(icon, `${type}.svg`);
      assert.equal(color, '#6fb3dd', 'one colour for all');
      if (type === 'ews-account') {
        assert.equal(category, 'config');
        for (const secret of ['username', 'password']) assert.ok(definition.credentials.includes(secret), secret);
      } else {
        assert.equal(category, 'exchange');
        assert.ok(defaults.includes('account'));
        assert.deepEqual([typeof inputs, typeof outputs], ['number', 'number']);
      }
    });
  }
});

describe('the reader of definitions', () => {
  const register = (definition: string) =>
    readNodeDefinitions(`<script type="text/javascript">RED.nodes.registerType('a', ${definition})</script>`).get('a');

  it('reads what is written out', () => {
    assert.deepEqual(register(`{ icon: 'a.svg', inputs: 1, defaults: { name: {} }, credentials: { key: {} } }`), {
      ...{ category: undefined, color: undefined, icon: 'a.svg', inputs: 1, outputs: undefined },
      ...{ defaults: ['name'], credentials: ['key'] },
    });
  });

  it('reads no script that comes from elsewhere, or says no type', () => {
    const call = `RED.nodes.registerType('a', {})`;
    for (const attributes of ['', ' type="module"', ' type="text/html"']) {
      assert.equal(readNodeDefinitions(`<script${attributes}>${call}</script>`).size, 0);
    }
  });

  it('refuses what that checker does not see', () => {
    assert.throws(() => register('definition'), /no object literal/);
    assert.throws(() => register('{ ...shared }'), /no plain name/);
    assert.throws(() => register('{ defaults: { ...shared } }'), /no plain name/);
    assert.throws(() => register('{ defaults: shared }'), /no object literal/);
    assert.throws(() => register(`{ icon: base + '.svg' }`), /icon is no literal/);
  });
});
