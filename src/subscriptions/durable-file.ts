import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file so that after a crash at any moment either the old or the new content is there:
 * into a temporary file beside it, flushed, then renamed over it. Readable by its owner only.
 */
export async function writeDurably(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const write = () => writeFile(temporary, content, { encoding: 'utf8', flag: 'wx', mode: 0o600, flush: true });
  try {
    try {
      await write();
    } catch (error) {
      // Looked at only now: the directory is there all but the first time.
      if (!isMissing(error)) throw error;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await write();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushDirectory(dirname(path));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

interface Flush {
  /** The one under way. */
  readonly running: Promise<void>;
  /** The one after it, which serves all that came meanwhile. */
  next: Promise<void> | undefined;
}

const flushes = new Map<string, Flush>();

/** Makes the renames in a directory durable; those that come together are served by one flush. */
function flushDirectory(path: string): Promise<void> {
  const flush = flushes.get(path);
  if (flush) {
    flush.next ??= flush.running.then(() => begin(path));
    return flush.next;
  }
  return begin(path);
}

function begin(path: string): Promise<void> {
  const running = syncDirectory(path).then(() => {
    // Whoever waits for the next one has it begin right after this.
    if (flushes.get(path)?.next === undefined) flushes.delete(path);
  });
  flushes.set(path, { running, next: undefined });
  return running;
}

/** Some systems (Windows) cannot open a directory; there the rename must do. Never rejects. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch {
    // Nothing more can be done, and the file itself is whole either way.
  }
}
