/** What a Node-RED in a process of its own tells the test that started it. */
export type NodeRedRecord = SentMessage | ShownStatus | ShownMessage | LogEntry | FlowsStarted | Ready;

/** A message that a node has sent, told before any other node sees it. */
export interface SentMessage {
  readonly kind: 'message';
  readonly node: string;
  readonly type: string;
  readonly port: number;
  // As JSON: what a message holds is for the test to know.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test knows the shape it looks into
  readonly msg: Record<string, any>;
  /** When the test was told of it, in milliseconds since 1970. */
  readonly heardAt: number;
}

export interface ShownStatus {
  readonly kind: 'status';
  readonly node: string;
  /** Empty when the status was taken away. */
  readonly status: { readonly fill?: string; readonly shape?: string; readonly text?: string };
}

/** What a debug node shows in the sidebar. */
export interface ShownMessage {
  readonly kind: 'debug';
  readonly node: string;
  /** As the sidebar gets it: JSON, if it is no text. */
  readonly value: string;
  readonly format: string;
}

export interface LogEntry {
  readonly kind: 'log';
  /** As Node-RED counts: 20 for errors, 30 for warnings, 40 for information. */
  readonly level: number;
  /** The node that logged it, if one did. */
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly text: string;
  /** Everything about an error that can be looked at. */
  readonly detail?: string;
}

export interface FlowsStarted {
  readonly kind: 'started';
}

/** The flows from the user directory run, and the admin interface answers. */
export interface Ready {
  readonly kind: 'ready';
  readonly port: number;
}

export const ERROR_LEVEL = 20;
export const WARN_LEVEL = 30;
