import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of package.json. Tests run from dist-test/, which is as deep as test/. */
export const projectRoot = resolve(__dirname, '..', '..');

/** The path of a file below test/fixtures, which is not copied to dist-test. */
export function fixturePath(...parts: string[]): string {
  return join(projectRoot, 'test', 'fixtures', ...parts);
}

/** A fixture as text (UTF-8). */
export function readFixture(...parts: string[]): string {
  return readFileSync(fixturePath(...parts), 'utf8');
}

/** A fixture byte for byte, for what arrives in chunks or in another encoding. */
export function readFixtureBytes(...parts: string[]): Buffer {
  return readFileSync(fixturePath(...parts));
}
