import { inspect } from 'node:util';
import { EwsError } from '../protocol/ews-error.js';

/** What messages hold of the item or folder that an event is about. */
export const INCLUDES = ['none', 'summary', 'body', 'mime'] as const;
export type Include = (typeof INCLUDES)[number];

export const BODY_TYPES = ['text', 'html'] as const;
export type BodyType = (typeof BODY_TYPES)[number];

export interface DetailsSettings {
  readonly include: Include;
  /** In which form a body is wanted; counts with `include` `body`. */
  readonly bodyType: BodyType;
}

/** Reads what a configuration or a message says; what it leaves out comes from `defaults`. Throws `EWS_CONFIGURATION`. */
export function readDetailsSettings(
  { include, bodyType }: { readonly include?: unknown; readonly bodyType?: unknown },
  defaults: DetailsSettings,
): DetailsSettings {
  return {
    include: oneOf('include', INCLUDES, include, defaults.include),
    bodyType: oneOf('bodyType', BODY_TYPES, bodyType, defaults.bodyType),
  };
}

function oneOf<Value extends string>(name: string, values: readonly Value[], value: unknown, fallback: Value): Value {
  if (value === undefined || value === '') return fallback;
  const known = values.find((one) => one === value);
  if (known) return known;
  const choice = values.map((one) => `"${one}"`).join(', ');
  throw new EwsError('EWS_CONFIGURATION', `${name} must be one of ${choice}, not "${inspect(value).slice(0, 40)}".`);
}
