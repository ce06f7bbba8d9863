import type { MailboxEvent } from '../protocol/mailbox-event.js';

/**
 * What of the events, which come in order, happened while nobody listened, and what since then.
 * @param begun when a subscription began (ms since 1970, perhaps in whole seconds); without it, all were missed
 */
export function splitAt(
  events: readonly MailboxEvent[],
  begun: number | undefined,
): { readonly missed: readonly MailboxEvent[]; readonly live: readonly MailboxEvent[] } {
  if (begun === undefined) return { missed: events, live: [] };
  const at = events.findIndex(({ timeStamp }) => Date.parse(timeStamp) >= begun + 1000);
  return at < 0 ? { missed: events, live: [] } : { missed: events.slice(0, at), live: events.slice(at) };
}
