/** A text of xs:boolean; nothing for what is none. */
export function readBoolean(text: string | undefined): boolean | undefined {
  const value = text?.trim();
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : undefined;
}

/** A number of things; nothing for what is none, as it tells nothing. */
export function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined;
}

/** A text that must say something to be worth keeping. */
export function readNonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
