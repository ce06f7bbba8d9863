/** A time in milliseconds since 1970 as ISO 8601, where there is one. */
export function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined || Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
