/** How XML is dressed: which prefixes, and whether there is a declaration. All say the same. */
export interface XmlStyle {
  /** The prefix of each namespace; empty makes it the default namespace. What is left out keeps its prefix. */
  readonly prefixes?: { readonly soap?: string; readonly messages?: string; readonly types?: string };
  /** With or without an XML declaration. */
  readonly declaration?: boolean;
  /** White space between elements, and attributes on lines of their own. */
  readonly spacious?: boolean;
}

/** What can go wrong on the way of an answer. */
export interface WireFailure {
  /** Wait this long before the answer, in milliseconds. */
  readonly delayMs?: number;
  /** Never answer; the connection stays open. A stream is read all the same, and its events are lost. */
  readonly silent?: boolean;
  /**
   * Send so many bytes of the body and then nothing more; the connection stays open. A stream is read on, and its events
   * are lost.
   */
  readonly silentAfter?: number;
  /**
   * Reset the connection: `request` before the request is carried out, `before` when it was carried out and nothing
   * was sent, `during` in the middle of the answer, `after` behind it. In a stream, the last two mean the first envelope
   * with events; if there is none, its end.
   */
  readonly reset?: 'request' | 'before' | 'during' | 'after';
  /** Close the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Leave out everything after so many bytes of the body, and end as if nothing was missing. */
  readonly truncateAfter?: number;
  /** Send the body in pieces of so many bytes. */
  readonly chunkBytes?: number;
  /** Blow the envelope up by so many bytes of a comment. */
  readonly padding?: number;
  readonly style?: XmlStyle;
}

/** What can be answered instead of what was asked for. */
export interface AnswerFailure {
  /** An EWS ResponseCode, in a response message. */
  readonly code?: string;
  /** The code comes in a SOAP Fault with HTTP status 500. */
  readonly fault?: boolean;
  readonly text?: string;
  /** `BackOffMilliseconds` in MessageXml. */
  readonly backOffMs?: number;
  /** An HTTP status, without an EWS answer. */
  readonly httpStatus?: number;
  /** The `Retry-After` header: seconds, or a date. */
  readonly retryAfter?: number | string;
  /** Whether an HTML page comes with the HTTP status, as from a proxy. */
  readonly html?: boolean;
}

/** Something that shall go wrong, and with which requests. */
export interface Failure extends AnswerFailure, WireFailure {
  /** Only requests of this operation, such as `GetEvents`. */
  readonly operation?: string;
  /** Only requests that name this subscription. */
  readonly subscriptionId?: string;
  /** Only requests of this user. */
  readonly user?: string;
  /** With how many requests; 1, if left out. */
  readonly times?: number;
  /** With which part of the requests, from 0 to 1; all, if left out. Drawn from the sandbox's seed. */
  readonly probability?: number;
}

/** Every key of a {@link Failure}, for whoever reads one from a file. */
const KEYS: Readonly<Record<keyof Failure, true>> = {
  operation: true,
  subscriptionId: true,
  user: true,
  times: true,
  probability: true,
  code: true,
  fault: true,
  text: true,
  backOffMs: true,
  httpStatus: true,
  retryAfter: true,
  html: true,
  delayMs: true,
  silent: true,
  silentAfter: true,
  reset: true,
  cutAfter: true,
  truncateAfter: true,
  chunkBytes: true,
  padding: true,
  style: true,
};
export const FAILURE_KEYS: ReadonlySet<string> = new Set(Object.keys(KEYS));
