import type { EwsId } from './mailbox-event.js';
import { malformedAnswer } from './malformed.js';
import { omitUndefined } from './omit-undefined.js';
import type { XmlElement } from './xml-element.js';

/** Reads an element with `Id` and `ChangeKey` attributes (schema: ItemIdType, FolderIdType). */
export function readId(element: XmlElement): EwsId {
  const { Id: id, ChangeKey: changeKey } = element.attributes;
  if (id === undefined || id === '') throw malformedAnswer(`<${element.name}> has no Id`);
  return omitUndefined({ id, changeKey });
}

/** The same for a child that may be missing. */
export function readOptionalId(parent: XmlElement, name: string): EwsId | undefined {
  const child = parent.child(name);
  return child && readId(child);
}
