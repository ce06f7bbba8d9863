import type { StrictAnswer } from './strict/strict-envelope.js';
import type { XmlElement } from './xml-element.js';

/** The EWS operations that this package speaks, by the name of their request element; a server calls SendNotification. */
export type OperationName =
  | 'Subscribe'
  | 'GetEvents'
  | 'GetStreamingEvents'
  | 'Unsubscribe'
  | 'SendNotification'
  | 'GetFolder'
  | 'FindFolder'
  | 'FindItem'
  | 'GetItem'
  | 'GetAttachment';

/**
 * One EWS operation: how its request is written and its response read.
 * Both are pure; what carries them is the transport's business.
 */
export interface Operation<Request, Response> {
  readonly name: OperationName;
  /** The request element as it stands in the SOAP body. Throws an `EwsError` for a request that the schema forbids. */
  write(request: Request): string;
  /** Reads the response element. Throws an `EwsError` for an error answer and for one that cannot be understood. */
  read(response: XmlElement): Response;
  /**
   * Reads a whole answer in one pass where it has the form that servers usually give it, to the same result as envelope
   * and {@link read}; nothing for any other, which is left to these. Operations whose answers come in numbers have it.
   */
  readUsual?(answer: string, maxLength?: number): StrictAnswer<Response> | undefined;
}
