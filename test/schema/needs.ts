import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaDir } from '../support/schema.js';

/** Fails the suite it is called in, in words, where the schema or xmllint is missing: a skipped check would look passed. */
export function needsXmllint(): void {
  before(() => {
    if (schemaDir === undefined) throw new Error('Set EWS_SCHEMA_DIR to the folder that holds envelope.xsd.');
    if (!existsSync(join(schemaDir, 'envelope.xsd'))) {
      throw new Error(`EWS_SCHEMA_DIR is ${schemaDir}, but no envelope.xsd is there.`);
    }
    if (spawnSync('xmllint', ['--version']).error) {
      throw new Error('xmllint is not installed. On Debian: apt-get install libxml2-utils');
    }
  });
}

/** The text of one file of the schema. */
export function schemaFile(name: 'types.xsd' | 'messages.xsd'): string {
  return readFileSync(join(schemaDir ?? '', name), 'utf8');
}

/** The definition of a simple type in the text of a schema file. */
export function simpleType(schema: string, name: string): string {
  const definition = new RegExp(`<xs:simpleType name="${name}".*?</xs:simpleType>`, 's').exec(schema);
  if (!definition) throw new Error(`The schema has no simple type ${name}.`);
  return definition[0];
}

/** The values that an enumeration of the schema allows. */
export function enumeration(schema: string, name: string): string[] {
  return [...simpleType(schema, name).matchAll(/<xs:enumeration value="([^"]*)"/g)].map(([, value]) => value ?? '');
}
