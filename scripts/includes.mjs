import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const INCLUDE = /^[ \t]*<!-- include (\S+) -->[ \t]*\n/gm;

/** Whether a file is a part that others include, and so is not copied itself. */
export const isPart = (path) => path.split(/[\\/]/).includes('parts');

/**
 * A file of HTML with the parts that it includes in their places: `<!-- include parts/name.html -->`, alone on a line,
 * stands for the file of that name, seen from the folder of the including one. Parts may include others.
 */
export function expandIncludes(path, from = []) {
  if (from.includes(path)) throw new Error(`${path} includes itself: ${[...from, path].join(' → ')}`);
  const text = readFileSync(path, 'utf8');
  return text.replace(INCLUDE, (_line, name) => {
    const part = join(dirname(isPart(path) ? dirname(path) : path), name);
    if (!existsSync(part)) throw new Error(`${path} includes ${name}, but there is no ${part}.`);
    return expandIncludes(part, [...from, path]);
  });
}
