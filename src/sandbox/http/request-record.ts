/** A request as it came in, for whoever listens. Passwords and cookies are not in it. */
export interface RequestRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly method: string;
  readonly path: string;
  /** The user who has logged on; undefined when nobody has. */
  readonly user?: string;
  /** The EWS operation; undefined when the request is none. */
  readonly operation?: string;
  /** The subscriptions that it names. */
  readonly subscriptionIds: readonly string[];
  /** The first of them. */
  readonly subscriptionId?: string;
  /** Whom it impersonates. */
  readonly impersonate?: string;
  /** The `X-AnchorMailbox` header. */
  readonly anchorMailbox?: string;
  /** The request as XML; undefined when it was too long. */
  readonly body?: string;
}

/** A request with what was answered. For a stream, it comes when the stream begins. */
export interface ResponseRecord extends RequestRecord {
  readonly status: number;
  /** The EWS ResponseCode of the first response message, or of the fault. */
  readonly code?: string;
  /** Which of the servers behind the load balancer answered, if one was asked. */
  readonly backEnd?: number;
}
