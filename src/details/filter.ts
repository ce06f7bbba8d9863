import { inspect } from 'node:util';
import { EwsError } from '../protocol/ews-error.js';
import type { Item } from '../protocol/item.js';

/** What a rule looks at, in EWS's names. `from` is the name and the address of whoever wrote it. */
export const FILTER_PROPERTIES = ['itemClass', 'isRead', 'subject', 'from', 'importance', 'hasAttachments'] as const;
export type FilterProperty = (typeof FILTER_PROPERTIES)[number];

export const FILTER_TESTS = ['is', 'isNot', 'contains', 'containsNot', 'startsWith'] as const;
export type FilterTest = (typeof FILTER_TESTS)[number];

/** One condition. Texts are compared without regard to case; of flags the values are `true` and `false`. */
export interface FilterRule {
  readonly property: FilterProperty;
  readonly test: FilterTest;
  readonly value: string;
}

/** So many rules are taken, at most. */
const MOST_RULES = 50;

/** Reads the rules of a configuration or a message. Throws `EWS_CONFIGURATION` with a sentence. */
export function readFilter(value: unknown): readonly FilterRule[] {
  if (value === undefined || value === '' || value === null) return [];
  if (!Array.isArray(value) || value.length > MOST_RULES) throw mistake('filter must be a list of rules', value);
  return value.map((rule: unknown) => {
    const { property, test, value: wanted } = (rule ?? {}) as Record<string, unknown>;
    const known = FILTER_PROPERTIES.find((one) => one === property);
    const how = FILTER_TESTS.find((one) => one === test);
    const text = typeof wanted === 'boolean' ? String(wanted) : wanted;
    if (!known || !how || typeof text !== 'string') throw mistake('a rule is { property, test, value }', rule);
    return { property: known, test: how, value: text };
  });
}

/** Whether an item is as all the rules say. */
export function passes(item: Item, rules: readonly FilterRule[]): boolean {
  return rules.every((rule) => holds(item, rule));
}

function holds(item: Item, { property, test, value }: FilterRule): boolean {
  const wanted = value.trim().toLowerCase();
  const texts = textsOf(item, property).map((text) => text.toLowerCase());
  switch (test) {
    case 'is':
      return texts.includes(wanted);
    case 'isNot':
      return !texts.includes(wanted);
    case 'contains':
      return texts.some((text) => text.includes(wanted));
    case 'containsNot':
      return !texts.some((text) => text.includes(wanted));
    case 'startsWith':
      return texts.some((text) => text.startsWith(wanted));
  }
}

/** What a rule may be about; of what an item has not, nothing holds but that it is not so. */
function textsOf(item: Item, property: FilterProperty): string[] {
  if (property === 'from') {
    const { name, emailAddress } = item.from ?? item.sender ?? {};
    return [name, emailAddress].filter((text) => text !== undefined);
  }
  const value = item[property];
  return value === undefined ? [] : [String(value).trim()];
}

function mistake(what: string, value: unknown): EwsError {
  return new EwsError('EWS_CONFIGURATION', `${what}, not ${inspect(value).slice(0, 80)}.`);
}
