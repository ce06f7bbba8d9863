import { unlessAborted } from '../transport/unless-aborted.js';
import type { AccountConnection, AccountLink } from './account-link.js';
import type { CatchUp } from './catch-up.js';
import type { PresentFolders } from './present-folders.js';
import { takeBookmark } from './replay.js';
import type { StreamPosition } from './stream-position.js';

/** What a stream begins with. */
export interface StreamBeginning {
  readonly account: AccountLink;
  readonly present: PresentFolders;
  readonly position: StreamPosition;
  readonly catchUp: CatchUp;
}

/**
 * Sees to it that there is a bookmark where the server gives any, and learns whether it does. Throws an `EwsError`.
 * @param recover whether what is missed is to be caught up, which needs one
 */
export async function beginWithBookmark(
  { account, present, position, catchUp }: StreamBeginning,
  recover: boolean,
  connection: AccountConnection,
  signal: AbortSignal,
): Promise<void> {
  const { traits } = connection;
  // Taken up without a watermark: until it is kept since when is watched, nothing is.
  const isKept = (position.watermark ?? position.upTo) !== undefined || catchUp.isNeeded;
  if (position.subscriptionId !== undefined && !isKept) {
    const { description } = present;
    await unlessAborted(position.beginWithout({ account, description }, connection, signal), signal);
  }
  const wanted = recover && position.watermark === undefined && traits.watermarks !== false;
  if (!wanted && traits.watermarks !== undefined) return;
  const bookmark = await present.around(connection, signal, (description) =>
    unlessAborted(takeBookmark({ connection, account, description, signal }), signal),
  );
  traits.watermarks = bookmark.watermark !== undefined;
  // Where something is missing since a time that is known, catching up takes one itself.
  const catchesUp = catchUp.isNeeded && position.upTo !== undefined;
  if (!wanted || catchesUp || bookmark.watermark === undefined) return;
  catchUp.leaveOut(bookmark.serverTime);
  await unlessAborted(position.begin(connection, bookmark), signal);
}
