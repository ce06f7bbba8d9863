import { execFileSync } from 'node:child_process';

/** What a command prints. Throws if it fails, having shown what it complained about. */
export function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
