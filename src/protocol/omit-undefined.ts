/** `value` without the properties that are `undefined`: what a server left out is left out, not said to be nothing. */
export function omitUndefined<T extends object>(value: T): T {
  const present: Partial<T> = {};
  for (const key of Object.keys(value) as (keyof T)[]) {
    if (value[key] !== undefined) present[key] = value[key];
  }
  return present as T;
}
