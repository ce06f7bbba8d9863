import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** This environment without what `npm run` added to it: that describes this package, not the ones in scratch folders. */
export function cleanEnvironment() {
  const added =
    /^(npm_(package|lifecycle|command|config_(local_prefix|prefix|noproxy|node_gyp)).*|INIT_CWD|NODE_RED_.*)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.test(name)));
}

/** Runs npm under a given Node, so that it judges `engines` by that one. */
export function npm(nodePath, cwd, args) {
  const cli = process.env.npm_execpath;
  if (cli === undefined) throw new Error('Start this with npm run test:compat: it uses the npm that started it.');
  const { status, stdout, stderr, error } = spawnSync(nodePath, [cli, ...args], {
    cwd,
    env: cleanEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}.\n${stdout}${stderr}`);
}

/** Installs into a new folder, without a lock file, and returns the folder. */
export function npmInstall(nodePath, folder, args) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(nodePath, folder, ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error', ...args]);
  return folder;
}

/**
 * The Node of a major version: this one, or else one from npm. The package `node` fetches its binary in an install
 * script; the package of the platform that it would fetch can be installed without.
 */
export function nodeBinary(major, folder) {
  if (process.versions.node.split('.')[0] === String(major)) {
    console.log(`  node ${process.version}`);
    return process.execPath;
  }
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  npmInstall(process.execPath, folder, [`${name}@${major}`, '--ignore-scripts']);
  console.log(`  node v${installed(folder, name)} (${name})`);
  return join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
}

export function installed(folder, name) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
}
