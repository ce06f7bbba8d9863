import { unlessAborted } from '../transport/unless-aborted.js';
import type { AccountConnection, AccountLink } from './account-link.js';
import type { CatchUp } from './catch-up.js';
import type { PresentFolders } from './present-folders.js';
import { openBookmark, type OpenBookmark } from './replay.js';
import type { StreamPosition } from './stream-position.js';

/** What a stream begins with. */
export interface StreamBeginning {
  readonly account: AccountLink;
  readonly present: PresentFolders;
  readonly position: StreamPosition;
  readonly catchUp: CatchUp;
}

/**
 * Sees to it that there is a bookmark where the server gives any, learns whether it does, and then has a subscription made.
 * What happened between the two does not come on the stream, so it is caught up. Throws an `EwsError`.
 * @param recover whether what is missed is to be caught up, which needs a bookmark
 */
export async function beginWithBookmark(
  parts: StreamBeginning,
  recover: boolean,
  connection: AccountConnection,
  signal: AbortSignal,
  subscribe: () => Promise<void>,
): Promise<void> {
  const bookmark = await openedBookmark(parts, recover, connection, signal);
  try {
    if (bookmark) await unlessAborted(parts.position.begin(connection, bookmark), signal);
    await subscribe();
  } finally {
    if (await bookmark?.hasPassed()) parts.catchUp.needed('no-watermark');
  }
}

/** The bookmark that the position is to begin at; nothing where there is one, where none is wanted, and where there are none. */
async function openedBookmark(
  { account, present, position, catchUp }: StreamBeginning,
  recover: boolean,
  connection: AccountConnection,
  signal: AbortSignal,
): Promise<OpenBookmark | undefined> {
  const { traits } = connection;
  // Taken up without a watermark: until it is kept since when is watched, nothing is.
  const isKept = (position.watermark ?? position.upTo) !== undefined || catchUp.isNeeded;
  if (position.subscriptionId !== undefined && !isKept) {
    const { description } = present;
    await unlessAborted(position.beginWithout({ account, description }, connection, signal), signal);
  }
  const wanted = recover && position.watermark === undefined && traits.watermarks !== false;
  if (!wanted && traits.watermarks !== undefined) return undefined;
  const bookmark = await present.around(connection, signal, (description) =>
    unlessAborted(openBookmark({ connection, account, description, signal }), signal),
  );
  traits.watermarks = bookmark.watermark !== undefined;
  // Where something is missing since a time that is known, catching up takes one itself.
  const catchesUp = catchUp.isNeeded && position.upTo !== undefined;
  if (!wanted || catchesUp || bookmark.watermark === undefined) {
    await bookmark.close();
    return undefined;
  }
  catchUp.leaveOut(bookmark.answeredAt);
  return bookmark;
}
