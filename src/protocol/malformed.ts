import { EwsError } from './ews-error.js';
import type { XmlElement } from './xml-element.js';

/** The error for an answer or a push that is well-formed XML but not what EWS says. */
export function malformedAnswer(what: string): EwsError {
  return new EwsError('EWS_MALFORMED', `What the server sent cannot be understood: ${what}.`);
}

/** The child of that local name, or an `EWS_MALFORMED` that says where it is missing. */
export function requiredChild(parent: XmlElement, name: string): XmlElement {
  const child = parent.child(name);
  if (!child) throw malformedAnswer(`<${parent.name}> holds no <${name}>`);
  return child;
}

/** The text of a child that must be there and must not be empty, exactly as it was sent. */
export function requiredText(parent: XmlElement, name: string): string {
  const { text } = requiredChild(parent, name);
  if (text === '') throw malformedAnswer(`<${name}> in <${parent.name}> is empty`);
  return text;
}
