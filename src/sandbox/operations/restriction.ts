import type { XmlElement } from '../../protocol/xml-element.js';
import { ResponseError } from '../soap/response-error.js';
import type { PropertyValue, ValueOf } from './property-value.js';

/** Whether `thing` is what a Restriction asks for (schema: SearchExpressionType). */
export function isMatch<Thing>(thing: Thing, restriction: XmlElement | undefined, valueOf: ValueOf<Thing>): boolean {
  return (restriction?.children ?? []).every((expression) => holds(thing, expression, valueOf));
}

function holds<Thing>(thing: Thing, expression: XmlElement, valueOf: ValueOf<Thing>): boolean {
  const parts = expression.children;
  switch (expression.name) {
    case 'And':
      return parts.every((part) => holds(thing, part, valueOf));
    case 'Or':
      return parts.some((part) => holds(thing, part, valueOf));
    case 'Not':
      return !parts.some((part) => holds(thing, part, valueOf));
    default:
      return compares(thing, expression, valueOf);
  }
}

function compares<Thing>(thing: Thing, expression: XmlElement, valueOf: ValueOf<Thing>): boolean {
  const [path, other] = expression.children;
  if (!path) throw new ResponseError('ErrorInvalidRestriction');
  const value = valueOf(thing, path);
  if (expression.name === 'Exists') return value !== undefined;
  if (value === undefined) return expression.name === 'IsNotEqualTo';
  if (expression.name === 'Contains') return contains(String(value), expression);
  if (expression.name === 'Excludes') return (Number(value) & Number(other?.attributes.Value)) === 0;
  const order = compareValues(value, comparedWith(thing, value, other, valueOf));
  switch (expression.name) {
    case 'IsEqualTo':
      return order === 0;
    case 'IsNotEqualTo':
      return order !== 0;
    case 'IsGreaterThan':
      return order > 0;
    case 'IsGreaterThanOrEqualTo':
      return order >= 0;
    case 'IsLessThan':
      return order < 0;
    case 'IsLessThanOrEqualTo':
      return order <= 0;
    default:
      throw new ResponseError('ErrorUnsupportedPathForQuery');
  }
}

/** A constant is read as what the property is. */
function comparedWith<Thing>(
  thing: Thing,
  value: PropertyValue,
  other: XmlElement | undefined,
  valueOf: ValueOf<Thing>,
): PropertyValue {
  const constant = other?.child('Constant')?.attributes.Value;
  if (constant === undefined) {
    const path = other?.children[0];
    if (!path) throw new ResponseError('ErrorInvalidRestriction');
    return valueOf(thing, path);
  }
  if (typeof value === 'boolean') return constant === 'true' || constant === '1';
  if (typeof value === 'string') return constant;
  const number = /^\d+$/.test(constant) ? Number(constant) : Date.parse(constant);
  if (Number.isNaN(number)) throw new ResponseError('ErrorInvalidValueForProperty');
  return number;
}

/** Below 0, 0 or above 0, as `one` comes before, with or after `other`. What has no value comes first. */
export function compareValues(one: PropertyValue, other: PropertyValue): number {
  if (one === other) return 0;
  if (one === undefined) return -1;
  if (other === undefined) return 1;
  return one < other ? -1 : 1;
}

function contains(value: string, { attributes, children }: XmlElement): boolean {
  const wanted = children.find(({ name }) => name === 'Constant')?.attributes.Value ?? '';
  const ignoresCase = attributes.ContainmentComparison?.startsWith('IgnoreCase') ?? false;
  const text = ignoresCase ? value.toLowerCase() : value;
  const part = ignoresCase ? wanted.toLowerCase() : wanted;
  switch (attributes.ContainmentMode) {
    case 'FullString':
    case 'ExactPhrase':
      return text === part;
    case 'Prefixed':
    case 'PrefixOnWords':
      return text.startsWith(part);
    default:
      return text.includes(part);
  }
}
