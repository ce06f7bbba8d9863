import type { ConnectingSid } from '../protocol/envelope.js';

/** In whose name and at which back end a request is made. */
export interface RequestContext {
  readonly impersonate?: ConnectingSid;
  /** Whose mailbox it is about, as far as that is known. An application opens every mailbox in its owner's name. */
  readonly mailbox?: string;
  /** The group whose cookies go with the request, and the mailbox that anchors it (docs: "How to maintain affinity"). */
  readonly affinity?: { readonly group: string; readonly anchorMailbox: string };
  readonly signal?: AbortSignal;
  /** For a stream: called when it has waited for its turn. Until then, that nothing comes says nothing of the server. */
  readonly inTurn?: () => void;
  /** Whether what was sent comes to its end also when the signal is aborted. */
  readonly isFinished?: boolean;
  /** Bound on this answer, in bytes, in place of the client's own. */
  readonly maxResponseBytes?: number;
}

export interface EwsAnswer<Response> {
  readonly response: Response;
  /**
   * The server's clock when it was asked, in milliseconds since 1970; `undefined` when it did not say. What happened since
   * then may be missing from the answer.
   */
  readonly serverTime: number | undefined;
  /** The second in which it answered, in milliseconds since 1970: nothing of a later one is in the answer. */
  readonly answeredAt: number | undefined;
}
