import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder with envelope.xsd and the EWS schema. */
export const schemaDir = process.env.EWS_SCHEMA_DIR === undefined ? undefined : resolve(process.env.EWS_SCHEMA_DIR);

/** Fails the tests of the suite it is called in, with a sentence, where there is no schema or nothing to check with. */
export function needsSchema(): void {
  before(() => {
    if (schemaDir === undefined || !existsSync(join(schemaDir, 'envelope.xsd'))) {
      throw new Error('Set EWS_SCHEMA_DIR to the folder that holds envelope.xsd, types.xsd and messages.xsd.');
    }
    if (spawnSync('xmllint', ['--version']).error) {
      throw new Error('xmllint is not installed (Debian package libxml2-utils).');
    }
  });
}

/**
 * What xmllint says against whole SOAP envelopes: a line for each error, beginning with the number of the envelope
 * (`0.xml:3: …`); none if all are valid. Reading the schema takes a third of a second, so hand in many at once.
 */
export function schemaErrors(...envelopes: string[]): string[] {
  if (schemaDir === undefined) throw new Error('EWS_SCHEMA_DIR is not set.');
  const folder = mkdtempSync(join(tmpdir(), 'ews-schema-'));
  try {
    const files = envelopes.map((envelope, index) => {
      writeFileSync(join(folder, `${index}.xml`), envelope);
      return `${index}.xml`;
    });
    const args = ['--noout', '--nonet', '--schema', join(schemaDir, 'envelope.xsd'), ...files];
    const { error, status, stderr } = spawnSync('xmllint', args, { cwd: folder, encoding: 'utf8' });
    if (error) throw error;
    return status === 0 ? [] : stderr.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
