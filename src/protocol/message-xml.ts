import type { XmlElement } from './xml-element.js';

/** The `Value` elements of a `MessageXml`, by their `Name` (docs: "MessageXml"). */
export function readMessageXml(messageXml: XmlElement | undefined): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const child of messageXml?.children ?? []) {
    const name = child.attributes.Name;
    if (child.name === 'Value' && name !== undefined) values[name] = child.text.trim();
  }
  return values;
}

/** The longest time a server can ask to be left alone; a larger number is taken for a mistake. In milliseconds. */
const MAX_BACK_OFF_MS = 24 * 60 * 60 * 1000;

/** `BackOffMilliseconds`, with which ErrorServerBusy says how long to wait (docs: "EWS throttling in Exchange"). */
export function backOffOf(values: Readonly<Record<string, string>>): number | undefined {
  const text = values.BackOffMilliseconds;
  if (text === undefined || !/^\d{1,12}$/.test(text)) return undefined;
  return Math.min(Number(text), MAX_BACK_OFF_MS);
}
