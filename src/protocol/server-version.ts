import { omitUndefined } from './omit-undefined.js';

/** The values of RequestServerVersion (schema: ExchangeVersionType) that this package offers, oldest first. */
export const REQUEST_VERSIONS = [
  'Exchange2007_SP1',
  'Exchange2010',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013',
  'Exchange2013_SP1',
  'Exchange2016',
] as const;

export type RequestVersion = (typeof REQUEST_VERSIONS)[number];

/** Understood by every server of interest; Amazon WorkMail takes nothing newer. */
export const DEFAULT_REQUEST_VERSION: RequestVersion = 'Exchange2010_SP2';

export function isRequestVersion(value: unknown): value is RequestVersion {
  return (REQUEST_VERSIONS as readonly unknown[]).includes(value);
}

/** Whether requests of `version` may use what came with `since`. */
export function isAtLeast(version: RequestVersion, since: RequestVersion): boolean {
  return REQUEST_VERSIONS.indexOf(version) >= REQUEST_VERSIONS.indexOf(since);
}

/** What a server says of itself in each answer (schema: ServerVersionInfo). */
export interface ServerVersionInfo {
  /** `15.2.1544` and the like; parts that the server leaves out are left out. */
  readonly build: string;
  /** The schema version it speaks, for example `V2017_07_11`. */
  readonly version?: string;
}

/** @param attributes those of the `ServerVersionInfo` element in the SOAP header */
export function readServerVersion(attributes: Readonly<Record<string, string>>): ServerVersionInfo {
  const { MajorVersion, MinorVersion, MajorBuildNumber, Version: version } = attributes;
  const build = [MajorVersion, MinorVersion, MajorBuildNumber].filter((part) => part !== undefined).join('.');
  return omitUndefined({ build, version });
}
