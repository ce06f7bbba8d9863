import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { POSITION_SUFFIX } from './file-position-store.js';

/** The position of a node that does not exist any more is kept so long, should it come back, in milliseconds: 60 days. */
const KEEP_MS = 60 * 24 * 60 * 60_000;

/**
 * Removes positions of nodes that have not existed for sixty days. Those of nodes that exist are touched, so that their
 * files tell when that was last so. The same for other files that name their node, by `suffix`. For the start, never for the end: then nodes that exist seem not to. Never rejects.
 */
export async function removeOrphans(
  directory: string,
  clock: Clock,
  exists: (node: string) => boolean,
  suffix = POSITION_SUFFIX,
): Promise<void> {
  const now = clock.now();
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((one) => one.includes(suffix))) {
    const path = join(directory, name);
    // Of what was put aside, or cannot be read, its age alone counts.
    const node = name.endsWith(suffix) ? await nodeOf(path) : undefined;
    try {
      if (node !== undefined && exists(node)) await utimes(path, new Date(now), new Date(now));
      else if ((await stat(path)).mtimeMs < now - KEEP_MS) await rm(path, { force: true });
    } catch {
      // Another time.
    }
  }
}

async function nodeOf(path: string): Promise<string | undefined> {
  try {
    const { node } = JSON.parse(await readFile(path, 'utf8')) as { node?: unknown };
    return typeof node === 'string' ? node : undefined;
  } catch {
    return undefined;
  }
}
