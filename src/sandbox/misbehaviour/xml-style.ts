import { MESSAGES_NAMESPACE, SOAP_NAMESPACE, TYPES_NAMESPACE } from '../../protocol/namespaces.js';
import type { XmlStyle } from './failure.js';

const NAMESPACES = { soap: SOAP_NAMESPACE, messages: MESSAGES_NAMESPACE, types: TYPES_NAMESPACE } as const;

/** The prefixes that the characters write themselves. */
const OWN_PREFIXES: Readonly<Record<string, keyof typeof NAMESPACES | 'other'>> = {
  s: 'soap',
  soap11: 'soap',
  SOAP: 'soap',
  m: 'messages',
  t: 'types',
  h: 'types',
  a: 'types',
  e: 'other',
  xsi: 'other',
  xsd: 'other',
};

/** Throws for a style that would put elements into a wrong namespace. */
export function checkStyle({ prefixes = {} }: XmlStyle): void {
  const seen = new Map<string, string>();
  for (const [which, prefix] of Object.entries(prefixes)) {
    const other = seen.get(prefix);
    const name = prefix === '' ? 'be the default' : `have the prefix ${prefix}`;
    if (other !== undefined) throw new Error(`In a style, ${other} and ${which} cannot both ${name}.`);
    seen.set(prefix, which);
    const owner = OWN_PREFIXES[prefix] ?? which;
    if (owner !== which) throw new Error(`In a style, ${which} cannot ${name}, which stands for another namespace.`);
  }
}

/** The same XML in another dress. */
export function restyle(xml: string, { prefixes = {}, declaration, spacious }: XmlStyle): string {
  const bare = xml.replace(/^<\?xml[^>]*\?>/, '');
  const head = (declaration ?? bare.length < xml.length) ? '<?xml version="1.0" encoding="utf-8"?>' : '';
  let body = bare;
  for (const [which, namespace] of Object.entries(NAMESPACES)) {
    const prefix = prefixes[which as keyof typeof NAMESPACES];
    if (prefix !== undefined) body = withPrefix(body, namespace, prefix);
  }
  return head + (spacious ? spaced(body) : body);
}

/** Gives the elements of a namespace another prefix, wherever it is declared; `''` makes it the default one. */
function withPrefix(xml: string, namespace: string, prefix: string): string {
  const declared = new RegExp(`xmlns:([A-Za-z0-9]+)="${namespace.replaceAll('.', '\\.')}"`, 'g');
  const before = new Set([...xml.matchAll(declared)].map(([, name]) => name ?? ''));
  let changed = prefix === '' ? withoutNamespace(xml) : xml;
  for (const old of before) {
    changed = prefix === '' ? asDefault(changed, namespace, old) : renamed(changed, namespace, old, prefix);
  }
  return changed;
}

function renamed(xml: string, namespace: string, old: string, prefix: string): string {
  return xml
    .replaceAll(`xmlns:${old}="${namespace}"`, `xmlns:${prefix}="${namespace}"`)
    .replaceAll(new RegExp(`<(/?)${old}:`, 'g'), `<$1${prefix}:`)
    .replaceAll(new RegExp(`(<faultcode[^>]*>)${old}:`, 'g'), `$1${prefix}:`);
}

function asDefault(xml: string, namespace: string, old: string): string {
  return (
    xml
      // The text of faultcode is a name with a prefix.
      .replaceAll(
        new RegExp(`<faultcode(?![^>]*xmlns:${old}=)([^>]*)>${old}:`, 'g'),
        `<faultcode$1 xmlns:${old}="${namespace}">${old}:`,
      )
      // Where faultcode declares the prefix for its text, it must not itself get into that namespace.
      .replaceAll(new RegExp(`(<[^\\s>]+:[^>]*)xmlns:${old}="${namespace}"`, 'g'), `$1xmlns="${namespace}"`)
      .replaceAll(new RegExp(`<(/?)${old}:`, 'g'), '<$1')
  );
}

/** Says of elements without a prefix that they are in no namespace, so that a default one does not become theirs. */
function withoutNamespace(xml: string): string {
  return xml.replaceAll(/<[A-Za-z][\w.-]*(?=[\s/>])(?![^>]* xmlns=)/g, '$& xmlns=""');
}

/** Line breaks where white space means nothing: between two tags, and before attributes. */
function spaced(xml: string): string {
  return xml.replaceAll('><', '>\r\n  <').replaceAll(/(<[^>\s]+) (?=[A-Za-z:]+=")/g, '$1\r\n    ');
}
