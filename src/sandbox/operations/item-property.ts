import { element, textElement } from '../../protocol/xml-writer.js';
import type { Item } from '../mailbox/item.js';
import type { Person } from '../mailbox/person.js';
import type { ItemShape } from './item-shape.js';

/** In which of the base shapes a property is: those that a server gives by default, all of them, or none. */
export type Base = 'default' | 'all' | 'asked';

export type Write = (item: Item, name: string, shape: ItemShape) => string;

export interface Property {
  readonly uri: string;
  readonly base: Base;
  readonly write: Write;
}

/** A property that is left out where it has no value. */
export function property(
  uri: string,
  base: Base,
  value: (item: Item) => string | number | boolean | undefined,
): Property {
  return {
    uri,
    base,
    write(item, name) {
      const known = value(item);
      return known === undefined ? '' : textElement(name, String(known));
    },
  };
}

/** A list of people, left out where there are none. */
export function people(uri: string, base: Base, list: (item: Item) => readonly Person[]): Property {
  return {
    uri,
    base,
    write(item, name) {
      const written = list(item).map(writePerson);
      return written.length === 0 ? '' : element(name, {}, ...written);
    },
  };
}

export function writePerson({ name, address }: Person): string {
  return element(
    't:Mailbox',
    {},
    textElement('t:Name', name),
    textElement('t:EmailAddress', address),
    textElement('t:RoutingType', 'SMTP'),
  );
}
