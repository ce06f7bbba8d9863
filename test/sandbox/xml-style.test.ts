import assert from 'node:assert/strict';
import { exchange } from '../../dist/src/sandbox/characters/exchange.js';
import { grommunio } from '../../dist/src/sandbox/characters/grommunio.js';
import type { XmlStyle } from '../../dist/src/sandbox/misbehaviour/failure.js';
import { restyle } from '../../dist/src/sandbox/misbehaviour/xml-style.js';
import { ResponseError } from '../../dist/src/sandbox/soap/response-error.js';
import { failure } from '../../dist/src/sandbox/soap/response.js';

const STYLES: readonly XmlStyle['prefixes'][] = [
  { soap: '' },
  { messages: '' },
  { types: '' },
  { soap: 'x', messages: 'y', types: 'z' },
  { soap: 'env', types: '' },
  { soap: '', messages: 'a1', types: 'b1' },
];

describe('sandbox: XML in another dress', () => {
  for (const character of [exchange, grommunio]) {
    const error = new ResponseError('ErrorServerBusy', undefined, { BackOffMilliseconds: '5' });
    const envelopes = {
      'a response': character.writeResponse('GetEvents', [failure(error)]),
      'a fault': character.writeFault(error.code, error.message, error.values),
      'a stream': character.writeStreamed(
        { error: { code: error.code, text: error.message }, errorSubscriptionIds: ['one'], connectionStatus: 'Closed' },
        true,
      ),
    };
    for (const [what, xml] of Object.entries(envelopes)) {
      it(`says the same: ${what} of ${character.name}`, () => {
        for (const prefixes of STYLES) {
          assert.deepEqual(expandedNames(restyle(xml, { prefixes })), expandedNames(xml), JSON.stringify(prefixes));
        }
      });
    }
  }
});

/** The names of all elements, and that in the text of faultcode, each with its namespace. */
function expandedNames(xml: string): string[] {
  const names: string[] = [];
  const scopes: Readonly<Record<string, string>>[] = [{}];
  const expand = (name: string) => {
    const [local, prefix = ''] = name.split(':').reverse();
    const namespace = scopes.at(-1)?.[prefix];
    assert.ok(namespace !== undefined || prefix === '', `${prefix} is not declared in ${xml}`);
    return `{${namespace ?? ''}}${local}`;
  };
  for (const [, close, name = '', attributes = '', empty, text = ''] of xml.matchAll(
    /<(\/?)([\w:.-]+)([^>]*?)(\/?)>([^<]*)/g,
  )) {
    if (close === '/') {
      scopes.pop();
      continue;
    }
    const declared = [...attributes.matchAll(/xmlns(?::(\w+))?="([^"]*)"/g)].map(([, prefix = '', uri]) => [
      prefix,
      uri,
    ]);
    scopes.push({ ...scopes.at(-1), ...(Object.fromEntries(declared) as Record<string, string>) });
    names.push(expand(name));
    if (name === 'faultcode') names.push(expand(text));
    if (empty === '/') scopes.pop();
  }
  return names;
}
