import type { XmlElement } from '../../protocol/xml-element.js';
import type { StreamEnvelope } from '../characters/character.js';
import type { Wire } from '../http/wire.js';
import type { Account } from '../model/account.js';
import type { Exchange } from '../model/exchange.js';
import type { Content } from '../soap/request-schema.js';
import type { ServerVersion } from '../soap/request.js';
import type { ResponseMessage } from '../soap/response.js';

/** Who asks, as whom, and where. */
export interface RequestContext {
  readonly exchange: Exchange;
  /** Who has logged on. */
  readonly caller: Account;
  /** With whose rights the request runs: those of the caller, or of the account that it impersonates. */
  readonly actsAs: Account;
  readonly version: ServerVersion;
  /** The number of the server behind the load balancer that answers. */
  readonly backEnd: number;
}

interface OperationBase {
  /** The name of its request element. */
  readonly name: string;
  /** What its request element may hold, in a request of that version. */
  schema(version: ServerVersion): Content;
}

/** An operation that is answered in one piece. */
export interface SandboxOperation extends OperationBase {
  /**
   * Answers a request that fits the schema: one response message for each thing that was asked for.
   * A `ResponseError` that it throws becomes the only response message.
   */
  handle(
    request: XmlElement,
    context: RequestContext,
  ): readonly ResponseMessage[] | Promise<readonly ResponseMessage[]>;
}

/** An operation whose answer goes on and on. */
export interface StreamingOperation extends OperationBase {
  /** The only envelope, when there shall be no stream. */
  refuse(request: XmlElement, context: RequestContext): StreamEnvelope | undefined;
  /** Writes the stream, from its first envelope on, and returns at once. */
  stream(request: XmlElement, context: RequestContext, wire: Wire): void;
}
