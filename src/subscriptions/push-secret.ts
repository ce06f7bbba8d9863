import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPushSecret } from './push-token.js';

const FILE = 'push-secret';

export interface PushSecret {
  readonly value: string;
  /** Whether the next start will find the same; if not, URLs derived from it change with each start. */
  readonly kept: boolean;
}

/**
 * The secret from which the paths of push nodes are derived: kept in `directory`, made at the first need, readable by its
 * owner only. Never throws. Synchronous, as a node must know its path when it is made.
 */
export function pushSecret(directory: string): PushSecret {
  const path = join(directory, FILE);
  const fresh = newPushSecret();
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Fails if there is one already, be it of another process that was faster.
    writeFileSync(path, fresh, { flag: 'wx', mode: 0o600, flush: true });
    return { value: fresh, kept: true };
  } catch {
    return readSecret(path) ?? { value: fresh, kept: false };
  }
}

function readSecret(path: string): PushSecret | undefined {
  try {
    const value = readFileSync(path, 'utf8').trim();
    if (value !== '') return { value, kept: true };
    // Left empty by a crash at its first write.
    const fresh = newPushSecret();
    writeFileSync(path, fresh, { mode: 0o600, flush: true });
    return { value: fresh, kept: true };
  } catch {
    return undefined;
  }
}
