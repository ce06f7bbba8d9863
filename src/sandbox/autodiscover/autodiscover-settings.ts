/** What the sandbox's Autodiscover tells. What is left out is as it is on a server that stands alone. */
export interface AutodiscoverSettings {
  /** The address of EWS from outside: the sandbox's own, if left out. */
  readonly externalUrl?: string;
  /** The address of EWS from inside: the same, if left out. */
  readonly internalUrl?: string;
  readonly grouping?: string;
  /** Sends whoever has signed in on to this service. */
  readonly redirectUrl?: string;
  /** Tells whoever has signed in to look for this address instead. */
  readonly redirectAddress?: string;
  /** Sends everybody on to this address, with HTTP 302, before they have signed in. */
  readonly redirectTo?: string;
}
