import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/fixture.js';

/** Where the programs that drive the peers are, and the packages that they are made of. */
export const PEERS = join(projectRoot, 'test', 'bench');

/** Installs what of the peers comes from npm, unless that was done before. */
export function installPeers(): void {
  if (existsSync(join(PEERS, 'node_modules'))) return;
  const { status } = spawnSync('npm', ['ci', '--prefix', PEERS, '--ignore-scripts'], { stdio: 'inherit', shell: true });
  if (status !== 0) throw new Error('The peers could not be installed.');
}
