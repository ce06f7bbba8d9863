/** One readable line for a message of this package's nodes; `undefined` for messages that hold no event. */
export function eventLine({ payload, ews }) {
  if (!ews || payload === undefined) return undefined;
  const events = Array.isArray(payload) ? payload : [payload];
  if (events.length === 0 || events.some((event) => typeof event?.eventType !== 'string')) return undefined;
  return events
    .map((event) => {
      const what = event.itemId ? `item ${short(event.itemId)}` : `folder ${short(event.folderId)}`;
      const unread = event.unreadCount === undefined ? '' : `, ${event.unreadCount} unread`;
      const from = event.oldParentFolderId ? ` from folder ${short(event.oldParentFolderId)}` : '';
      const time = new Date(event.timeStamp).toLocaleTimeString('en-GB');
      const recovered = ews.recovered ? ', recovered' : '';
      return `${time}  ${event.eventType.padEnd(11)} ${what} in folder ${short(event.parentFolderId)}${from}${unread}  (${ews.mailbox}, ${ews.delivery}${recovered})`;
    })
    .join('\n');
}

/** Ids are long and begin and end alike; what stands before the filling at their end tells them apart. */
function short(id) {
  return id === undefined ? '?' : `…${id.id.replace(/A*=*$/, '').slice(-8)}`;
}
