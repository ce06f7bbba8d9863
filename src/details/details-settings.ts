import { inspect } from 'node:util';
import { EwsError } from '../protocol/ews-error.js';
import type { DetailsOrder } from '../subscriptions/details-order.js';
import { readFilter, type FilterRule } from './filter.js';

/** What messages hold of the item or folder that an event is about. */
export const INCLUDES = ['none', 'summary', 'body', 'mime'] as const;
export type Include = (typeof INCLUDES)[number];

export const BODY_TYPES = ['text', 'html'] as const;
export type BodyType = (typeof BODY_TYPES)[number];

/** What is wanted of an item. */
export interface ContentSettings {
  readonly include: Include;
  /** In which form a body is wanted; counts with `include` `body`. */
  readonly bodyType: BodyType;
}

/** What is done with events before they are sent. */
export interface DetailsSettings extends ContentSettings {
  /** All that happens to one item or folder within so many seconds is one message; 0 for a message each. */
  readonly calm: number;
  /** Which items are wanted at all. */
  readonly filter: readonly FilterRule[];
}

export const NO_DETAILS: DetailsSettings = { include: 'none', bodyType: 'text', calm: 0, filter: [] };

/** The longest that events are held for, in seconds. */
export const MAX_CALM_SECONDS = 3600;

/** Reads what a configuration or a message says; what it leaves out comes from `defaults`. Throws `EWS_CONFIGURATION`. */
export function readContentSettings(
  { include, bodyType }: { readonly include?: unknown; readonly bodyType?: unknown },
  defaults: ContentSettings,
): ContentSettings {
  return {
    include: oneOf('include', INCLUDES, include, defaults.include),
    bodyType: oneOf('bodyType', BODY_TYPES, bodyType, defaults.bodyType),
  };
}

/** Reads for how many seconds events are held. Throws `EWS_CONFIGURATION`. */
export function readCalm(value: unknown): number {
  const seconds = value === undefined || value === '' ? 0 : Number(value);
  if (seconds >= 0 && seconds <= MAX_CALM_SECONDS) return seconds;
  const shown = inspect(value).slice(0, 40);
  throw new EwsError('EWS_CONFIGURATION', `calm must be a number of seconds up to ${MAX_CALM_SECONDS}, not ${shown}.`);
}

/** The same for all of it. */
export function readDetailsSettings(raw: DetailsOrder, defaults: DetailsSettings): DetailsSettings {
  return {
    ...readContentSettings(raw, defaults),
    calm: raw.calm === undefined ? defaults.calm : readCalm(raw.calm),
    filter: raw.filter === undefined ? defaults.filter : readFilter(raw.filter),
  };
}

/** Whether events have to wait before they are sent. */
export function isWaiting({ include, calm, filter }: DetailsSettings): boolean {
  return include !== 'none' || calm > 0 || filter.length > 0;
}

function oneOf<Value extends string>(name: string, values: readonly Value[], value: unknown, fallback: Value): Value {
  if (value === undefined || value === '') return fallback;
  const known = values.find((one) => one === value);
  if (known) return known;
  const choice = values.map((one) => `"${one}"`).join(', ');
  throw new EwsError('EWS_CONFIGURATION', `${name} must be one of ${choice}, not "${inspect(value).slice(0, 40)}".`);
}
