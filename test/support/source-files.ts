import { existsSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { projectRoot } from './fixture.js';

/** Every file below a folder of the project, as paths from the project root with forward slashes. */
export function filesBelow(folder: string): string[] {
  const start = join(projectRoot, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)).split(sep).join(posix.sep))
    .sort();
}
