import type { Clock } from '../clock.js';
import type { Character } from './characters/character.js';
import type { Limits } from './model/limits.js';
import type { ServerVersion } from './soap/request.js';

/** The mailbox that every sandbox has. */
export const DEMO_USER = 'demo@sandbox.example';
/** The password of every account that is given none. A sandbox holds nothing that is worth protecting. */
export const SANDBOX_PASSWORD = 'sandbox';

/** What a sandbox is like. Everything can be left out. */
export interface SandboxOptions {
  /** The machine's own clock, if left out. */
  readonly clock?: Clock;
  /** What ids and chance are drawn from: the same seed and the same calls give the same run. */
  readonly seed?: number;
  /** A free one, if left out. */
  readonly port?: number;
  /** Exchange, if left out. */
  readonly character?: Character['name'];
  /** The newest RequestServerVersion that is understood: `Exchange2016`, if left out. */
  readonly version?: ServerVersion;
  readonly limits?: Partial<Limits>;
  /** Key and certificate (PEM) make it speak HTTPS. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  /** How many servers stand behind its load balancer: 1, if left out. Each knows only its own subscriptions. */
  readonly backEnds?: number;
  readonly push?: {
    /** Whether the first call comes before the answer to Subscribe: `after`, if left out. */
    readonly firstCall?: 'before' | 'after';
    /** Certificates (PEM) of the authorities that are trusted for https. */
    readonly ca?: string | Buffer;
  };
  /** Whether the process may end while the sandbox runs. */
  readonly unref?: boolean;
}

/** What a mailbox is given. */
export interface MailboxOptions {
  readonly displayName?: string;
  /** The password of its owner. */
  readonly password?: string;
}
