import { EwsError } from '../protocol/ews-error.js';

/** The address of EWS. Throws `EWS_CONFIGURATION` for what is none. */
export function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new EwsError('EWS_CONFIGURATION', 'The address of EWS must be a URL that begins with https:// or http://.');
}
