import { XMLParser } from 'fast-xml-parser';
import { EwsError } from './ews-error.js';
import { describePage, whatInsteadOfXml } from './not-xml.js';
import { checkWellFormed, MAX_DEPTH } from './well-formed.js';
import { XmlElement } from './xml-element.js';
import { xmlProblem } from './xml-problem.js';
import { prologEnd } from './xml-prolog.js';
import { decodeReferences } from './xml-reference.js';

/** The largest document that is read unless another bound is given, in UTF-16 code units: 16 MiB. */
export const DEFAULT_MAX_XML_LENGTH = 16 * 1024 * 1024;

const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';

// Children come as a list, because the order of events is the order of happening. Values stay strings: ids and
// watermarks must come back to the server exactly as they were. References are decoded here, in one pass,
// as fast-xml-parser decodes "&#38;lt;" twice and leaves unknown entities as they are.
const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: CDATA,
  maxNestedTags: MAX_DEPTH,
  // "toString" and the like: they become own properties here and shadow nothing.
  onDangerousProperty: (name) => name,
});

/**
 * Reads one XML document.
 * Throws `EWS_TOO_LARGE` for a document over `maxLength` code units or half a million elements and attributes, and
 * `EWS_MALFORMED`, saying what is wrong and where, for anything else that is not well-formed or has a DOCTYPE.
 */
export function readXml(document: string, maxLength: number = DEFAULT_MAX_XML_LENGTH): XmlElement {
  if (document.length > maxLength) {
    throw new EwsError(
      'EWS_TOO_LARGE',
      `The XML is ${document.length} characters long, over the bound of ${maxLength}.`,
    );
  }
  const start = prologEnd(document);
  if (start === -1)
    throw xmlProblem('its XML declaration is not ended by "?>"', { document, at: document.indexOf('<') });
  const other = whatInsteadOfXml(document, start);
  if (other !== undefined) throw xmlProblem(other);
  checkWellFormed(document, start);
  const root = toElement(parse(document.slice(start)));
  if (root.name.toLowerCase() === 'html') throw xmlProblem(describePage(document));
  return root;
}

type ParsedNode = Record<string, unknown>;

function parse(xml: string): ParsedNode {
  let nodes: ParsedNode[];
  try {
    nodes = parser.parse(xml) as ParsedNode[];
  } catch (error) {
    // What is left after the check above: names such as "constructor", which the parser refuses.
    throw xmlProblem(error instanceof Error ? error.message : String(error), undefined, error);
  }
  const root = nodes.find((node) => !(TEXT in node));
  if (root === undefined) throw xmlProblem('it has no element');
  return root;
}

function toElement(node: ParsedNode): XmlElement {
  const name = Object.keys(node).find((key) => key !== ATTRIBUTES) ?? '';
  const children: XmlElement[] = [];
  let text = '';
  for (const inner of node[name] as ParsedNode[]) {
    const characters = inner[TEXT];
    const cdata = inner[CDATA];
    if (typeof characters === 'string') text += decodeReferences(characters);
    else if (Array.isArray(cdata)) text += (cdata as ParsedNode[]).map((part) => String(part[TEXT])).join('');
    else children.push(toElement(inner));
  }
  return new XmlElement(name, decodeAttributes(node[ATTRIBUTES]), children, text);
}

function decodeAttributes(attributes: unknown): Readonly<Record<string, string>> {
  const decoded: Record<string, string> = {};
  for (const [name, value] of Object.entries((attributes ?? {}) as Record<string, string>)) {
    // A bare line feed or tab in an attribute is a space (https://www.w3.org/TR/xml/#AVNormalize).
    decoded[name] = decodeReferences(value.replace(/[\t\n]/g, ' '));
  }
  return decoded;
}
