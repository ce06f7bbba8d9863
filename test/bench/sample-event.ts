import type { MailboxEvent } from '../../dist/src/protocol/mailbox-event.js';
import { messagesOf } from '../../dist/nodes/runtime/messages.js';

const ORIGIN = { account: 'account', accountName: 'Bench', mailbox: 'user', delivery: 'streaming' } as const;

/** A message as ews-stream sends it. */
export function mailboxEvent(count: number): object {
  const event: MailboxEvent = {
    eventType: 'NewMail',
    timeStamp: '2026-03-02T08:00:00Z',
    itemId: { id: String(count).padStart(152, 'A'), changeKey: 'CQAAAA==' },
    parentFolderId: { id: 'B'.repeat(120), changeKey: 'AQAAAA==' },
  };
  const [message = {}] = messagesOf({ subscriptionId: 'one', events: [event], recovered: false }, ORIGIN, 'event');
  return message;
}
