import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './support/fixture.js';
import { filesBelow } from './support/source-files.js';

interface Manifest {
  name: string;
  type?: string;
  engines: Record<string, string>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  'node-red': { version: string; nodes: Record<string, string>; plugins: Record<string, string> };
}

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; dependencies?: Record<string, string> }>;
}

const read = (...parts: string[]) => readFileSync(join(projectRoot, ...parts), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const nodes = Object.entries(manifest['node-red'].nodes);

describe('package.json', () => {
  it('takes undici 7 or 8, so that Node 20 and later both install', () => {
    assert.equal(manifest.dependencies.undici, '^7.16.0 || ^8.0.0');
    assert.equal(manifest.engines.node, '>=20.18.1');
  });

  it('is CommonJS and names the Node-RED versions it supports', () => {
    assert.equal(manifest.type ?? 'commonjs', 'commonjs');
    assert.equal(manifest['node-red'].version, '>=4.0.0');
  });

  it('runs nothing when it is installed', () => {
    const onInstall = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare', 'dependencies'];
    assert.deepEqual(
      Object.keys(manifest.scripts).filter((name) => onInstall.includes(name)),
      [],
    );
    // npm runs node-gyp by itself where it finds this file.
    assert.equal(existsSync(join(projectRoot, 'binding.gyp')), false);
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(read('package-lock.json')) as Lock;

  it('agrees with package.json', () => {
    assert.deepEqual(lock.packages['']?.dependencies, manifest.dependencies);
  });

  it('holds undici 7, the one that Node 20 runs', () => {
    assert.match(lock.packages['node_modules/undici']?.version ?? 'none', /^7\./);
  });

  it('names no registry', () => {
    const named = Object.entries(lock.packages).filter(([, { resolved }]) => resolved?.startsWith('http'));
    assert.deepEqual(
      named.map(([path]) => path),
      [],
    );
  });
});

/** From the start of the last script on. */
function lastScript(html: string): string {
  const at = html.lastIndexOf('<script');
  assert.notEqual(at, -1);
  return html.slice(at);
}

describe('the node types', () => {
  for (const [type, file] of nodes) {
    it(`${type} has a compiled file and a dialog that registers it`, () => {
      assert.equal(file, `dist/nodes/${type}.js`);
      assert.ok(existsSync(join(projectRoot, file)), `${file} is missing`);
      const html = read('dist', 'nodes', `${type}.html`);
      assert.ok(html.endsWith(lastScript(read('nodes', `${type}.html`))), 'the copy in dist is not of the source');
      assert.doesNotMatch(html, /<!--\s*include/, 'a part was not put in its place');
      assert.match(html, new RegExp(`<script type="text/html" data-template-name="${type}">`));
      // Catalogues read node types from inline scripts and do not follow a src.
      const scripts = [...html.matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs)].map(([, text]) => text);
      assert.ok(
        scripts.some((text) => text?.includes(`RED.nodes.registerType('${type}'`)),
        `no inline script of nodes/${type}.html registers ${type}`,
      );
    });
  }

  it('are all named in package.json', () => {
    const dialogs = filesBelow('nodes').filter((file) => /^nodes\/[^/]+\.html$/.test(file));
    assert.deepEqual(
      dialogs.map((file) => file.slice('nodes/'.length, -'.html'.length)),
      nodes.map(([type]) => type).sort(),
    );
  });
});

describe('the plugins', () => {
  for (const [name, file] of Object.entries(manifest['node-red'].plugins)) {
    it(`${name} has a part for the runtime and one for the editor, whose scripts are there`, () => {
      assert.equal(file, `dist/nodes/plugins/${name}.js`);
      assert.ok(existsSync(join(projectRoot, file)), `${file} is missing`);
      const html = read('dist', 'nodes', 'plugins', `${name}.html`);
      assert.ok(html.includes(`RED.plugins.registerPlugin('${name}'`));
      const scripts = [...html.matchAll(/src="resources\/@[^/]+\/[^/]+\/([^"]+)"/g)].map(([, script]) => script!);
      assert.ok(scripts.length > 0);
      assert.deepEqual(
        scripts.filter((script) => !existsSync(join(projectRoot, 'resources', script))),
        [],
      );
    });
  }
});

describe('what is packed', () => {
  let files: string[];

  before(function () {
    files = packedFiles();
  });

  it('holds what runs', () => {
    for (const [, file] of nodes) {
      assert.ok(files.includes(file), file);
      assert.ok(files.includes(file.replace(/\.js$/, '.html')), `the dialog of ${file}`);
    }
    for (const pattern of [
      /^dist\/src\/protocol\/.+\.js$/,
      /^dist\/nodes\/locales\/en-US\/.+/,
      /^dist\/nodes\/icons\/.+\.svg$/,
      /^resources\/.+\.js$/,
      /^examples\/.+\.json$/,
      /^README\.md$/,
      /^LICENSE$/,
      /^CHANGELOG\.md$/,
    ]) {
      assert.ok(files.some(pattern.test, pattern), `nothing like ${pattern.source} is packed`);
    }
  });

  it('holds every copied file, and no part of one', () => {
    const copied = [
      ...filesBelow('nodes').filter(
        (file) => (file.endsWith('.html') || file.includes('/locales/')) && !file.includes('/parts/'),
      ),
      ...filesBelow('icons').map((file) => `nodes/${file}`),
    ];
    assert.deepEqual(
      copied.filter((file) => !files.includes(`dist/${file}`)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => file.includes('/parts/')),
      [],
    );
  });

  it('holds no sources, tests or tools', () => {
    const kept = /^(dist\/(nodes|src)\/|examples\/|resources\/|package\.json$|LICENSE$|[A-Z]+\.md$)/;
    assert.deepEqual(
      files.filter((file) => !kept.test(file) || /\.ts$|\.tsbuildinfo$|\.map$|\.test\./.test(file)),
      [],
    );
  });

  it('runs with the dependencies it declares', () => {
    const provided = new Set([...Object.keys(manifest.dependencies), ...builtinModules]);
    const packageOf = (name: string) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(name.replace(/^node:/, ''))?.[0] ?? name;
    const undeclared = files
      .filter((file) => /^dist\/.+\.js$/.test(file))
      .flatMap((file) =>
        ts
          .preProcessFile(read(file), true, true)
          .importedFiles.map(({ fileName }) => fileName)
          .filter((name) => !name.startsWith('.') && !provided.has(packageOf(name)))
          .map((name) => `${file} → ${name}`),
      );
    assert.deepEqual(undeclared, []);
  });
});

/** The paths that `npm pack` would put into the tarball, of what is built now. */
function packedFiles(): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const npm = process.env.npm_execpath;
  const [command, prefix] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const output = execFileSync(command, [...prefix, ...args], {
    cwd: projectRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // An array, or by package name, depending on npm's version.
  const packed = Object.values(JSON.parse(output) as Record<string, { files: { path: string }[] }>);
  return packed.flatMap((entry) => entry.files.map(({ path }) => path));
}
