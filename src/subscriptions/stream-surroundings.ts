import type { EwsError } from '../protocol/ews-error.js';
import type { GetStreamingEventsRequest } from '../protocol/get-streaming-events.js';
import type { EventStream } from '../transport/event-stream.js';
import type { SharedStream } from './shared-stream.js';
import type { StreamRefusal } from './stream-allowance.js';
import type { StreamMember } from './stream-member.js';

/** What a stream asks of the lane that holds it. */
export interface StreamSurroundings {
  /**
   * Opens it. Throws an `EwsError`; where the server would refuse it for there being too many, without asking.
   * @param inTurn called when the server is asked, after waiting for other requests
   */
  open(
    members: readonly StreamMember[],
    request: GetStreamingEventsRequest,
    signal: AbortSignal,
    inTurn: () => void,
  ): Promise<EventStream>;
  /** The server has begun to answer. */
  begun(): void;
  /** Called each time before it is opened again: other streams whose members it shall take over. */
  takeOver(): readonly SharedStream[];
  /** The server allows no more streams. Returns whether other streams carry these members from now on. */
  tooMany(members: readonly StreamMember[]): boolean;
  /** The server allows no more streams, and no other carries these. Returns what to tell of it. */
  refused(error: EwsError, members: readonly StreamMember[]): StreamRefusal;
  /** Resolves when there is room for a stream that was refused. */
  room(signal: AbortSignal): Promise<void>;
  /** It could not be opened, or has broken off: it will be opened again. */
  troubled(members: readonly StreamMember[]): void;
  /** It cannot be opened for good. Whose trouble that is, where it is not that of all: it is opened for the others at once. */
  blamed(error: EwsError, members: readonly StreamMember[]): readonly StreamMember[] | undefined;
}
