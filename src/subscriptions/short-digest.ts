import { hash } from 'node:crypto';

/** A short name for a text, to be remembered or saved in its place: so many characters of base64, of six bits each. */
export function shortDigest(text: string, length: number): string {
  // In one call, which takes a third of the time of a Hash object: it is done for each event.
  return hash('sha1', text, 'base64').slice(0, length);
}
