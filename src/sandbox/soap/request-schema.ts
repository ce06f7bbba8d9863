import type { XmlElement } from '../../protocol/xml-element.js';
import { FaultError } from './response-error.js';

/** Checks text or an attribute; what it returns is what is wrong with it. */
export type ValueRule = (value: string) => string | undefined;

/** What may stand in an element. Order matters, as in an `xs:sequence`. */
export interface Content {
  /** By name; `required` ones must be there. Attributes that are not named are refused. */
  readonly attributes?: Readonly<Record<string, { readonly required?: boolean; readonly rule?: ValueRule }>>;
  readonly children?: readonly Particle[];
  readonly text?: ValueRule;
  /** Whether anything may stand in it: for parts of requests that the sandbox does not look into. */
  readonly open?: boolean;
}

/** An element, or a choice of elements, in a sequence. */
export interface Particle {
  /** One of these, each with its content. */
  readonly oneOf: Readonly<Record<string, Content>>;
  /** How often: once, if left out. */
  readonly min?: 0 | 1;
  readonly max?: number;
}

/** One element that must be there. */
export function one(name: string, content: Content): Particle {
  return { oneOf: { [name]: content } };
}

export function optional(name: string, content: Content): Particle {
  return { oneOf: { [name]: content }, min: 0 };
}

export function oneOf(choice: Readonly<Record<string, Content>>): Particle {
  return { oneOf: choice };
}

/** One or more elements of the choice, in any order. */
export function manyOf(choice: Readonly<Record<string, Content>>): Particle {
  return { oneOf: choice, max: Number.POSITIVE_INFINITY };
}

export const anything: Content = { open: true };
export const anyText: Content = {};
export const nonEmptyText: Content = {
  text: (value) => (value === '' ? 'The actual length is less than the MinLength value.' : undefined),
};

/** Text that is a whole number in a range. */
export function integerFrom(min: number, max: number): Content {
  return {
    text: (value) => {
      if (!/^\s*[+-]?\d{1,10}\s*$/.test(value)) return `The string '${value}' is not a valid Int32 value.`;
      if (Number(value) < min) return 'The MinInclusive constraint failed.';
      return Number(value) > max ? 'The MaxInclusive constraint failed.' : undefined;
    },
  };
}

export function enumeration(values: readonly string[]): Content {
  return { text: oneOfValues(values) };
}

export function oneOfValues(values: readonly string[]): ValueRule {
  return (value) => (values.includes(value) ? undefined : 'The Enumeration constraint failed.');
}

export const booleanValue: ValueRule = (value) =>
  ['true', 'false', '1', '0'].includes(value.trim())
    ? undefined
    : `The string '${value}' is not a valid Boolean value.`;

/** Throws the ErrorSchemaValidation fault, in the words of the server, when `element` is not what the schema says. */
export function checkSchema(element: XmlElement, content: Content): void {
  if (content.open) return;
  checkAttributes(element, content.attributes ?? {});
  const wrong = content.text?.(element.text);
  if (wrong !== undefined) {
    throw violation(`The '${element.name}' element is invalid - The value '${element.text}' is invalid - ${wrong}`);
  }
  checkChildren(element, content.children ?? []);
}

function checkAttributes(element: XmlElement, allowed: NonNullable<Content['attributes']>): void {
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!(name in allowed)) throw violation(`The '${name}' attribute is not declared.`);
    const wrong = allowed[name]?.rule?.(value);
    if (wrong !== undefined) {
      throw violation(`The '${name}' attribute is invalid - The value '${value}' is invalid - ${wrong}`);
    }
  }
  for (const [name, { required }] of Object.entries(allowed)) {
    if (required && element.attributes[name] === undefined) {
      throw violation(`The required attribute '${name}' is missing.`);
    }
  }
}

function checkChildren(element: XmlElement, particles: readonly Particle[]): void {
  let at = 0;
  for (const particle of particles) {
    let count = 0;
    for (let child = element.children[at]; child && child.name in particle.oneOf; child = element.children[at]) {
      if (count === (particle.max ?? 1)) break;
      checkSchema(child, particle.oneOf[child.name] ?? anything);
      count += 1;
      at += 1;
    }
    if (count === 0 && particle.min !== 0) throw missing(element, element.children[at], particle);
  }
  const extra = element.children[at];
  if (extra) throw violation(`The element '${element.name}' has invalid child element '${extra.name}'.`);
}

function missing(element: XmlElement, instead: XmlElement | undefined, { oneOf: choice }: Particle): FaultError {
  const expected = `List of possible elements expected: '${Object.keys(choice).join(', ')}'.`;
  return instead
    ? violation(`The element '${element.name}' has invalid child element '${instead.name}'. ${expected}`)
    : violation(`The element '${element.name}' has incomplete content. ${expected}`);
}

function violation(what: string): FaultError {
  return new FaultError('ErrorSchemaValidation', `The request failed schema validation: ${what}`);
}
