/** What the scripts in this folder share: each adds its part, and the order in which they come does not matter. */
interface EwsSidebar extends EwsSidebarTexts, EwsSidebarRows, EwsFeeds, EwsBars, EwsTables, EwsDetailsPanels, EwsTab {}

declare const ewsSidebar: EwsSidebar;

interface Window {
  ewsSidebar?: Partial<EwsSidebar>;
}

/** A state of the one state machine, as src/subscriptions/subscription-state.ts names them. */
type EwsState =
  'starting' | 'subscribing' | 'awaiting' | 'idle' | 'connected' | 'waiting' | 'paused' | 'stopped' | 'closed';

type EwsAction = 'ask' | 'reopen' | 'pause' | 'resume' | 'unsubscribe';

/** A subscription as the runtime tells of it: see nodes/runtime/overview-answer.ts. Times are in ms since 1970. */
interface EwsRow {
  readonly id: number;
  readonly node: string;
  readonly flow: string;
  readonly account: string;
  readonly accountName: string;
  readonly mailbox: string;
  readonly delivery: 'pull' | 'push' | 'streaming';
  readonly state: EwsState;
  readonly since: number;
  readonly lastEventAt?: number;
  readonly reason?: string;
  readonly hour?: EwsCountedMinutes;
}

interface EwsCountedMinutes {
  /** The minute of the first count, in minutes since 1970. */
  readonly from: number;
  readonly counts: readonly number[];
}

interface EwsDetails extends EwsRow {
  readonly access: 'delegate' | 'impersonate';
  readonly allFolders: boolean;
  readonly folders: readonly { readonly id: string; readonly name: string }[];
  readonly moreFolders: number;
  readonly kinds: readonly string[];
  readonly subscriptionId: string;
  readonly heardAt?: number;
  readonly retryAt?: number;
  readonly events: number;
  readonly recovered: number;
  readonly reconnects: number;
  readonly gaps: number;
  readonly error?: { readonly code: string; readonly text: string; readonly at: number };
  readonly actions: readonly EwsAction[];
}

interface EwsAnswer {
  readonly revision: string;
  readonly reset: boolean;
  readonly more: boolean;
  readonly total: number;
  readonly gone: readonly number[];
  readonly now: number;
  readonly rows: readonly EwsRow[];
}
