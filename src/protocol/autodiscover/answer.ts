/** Where EWS is for a mailbox, as far as Autodiscover tells. */
export interface EwsSettings {
  /** The address of EWS from outside. */
  readonly externalUrl?: string;
  /** The address of EWS from inside the organisation's own network. */
  readonly internalUrl?: string;
  /** The version of Exchange behind the address from outside: `15.02.1544.009`. */
  readonly version?: string;
  /** Mailboxes with the same can share a stream (docs: "How to maintain affinity"). */
  readonly grouping?: string;
}

/** What an Autodiscover service answers, by whichever of its protocols. */
export type AutodiscoverAnswer =
  | { readonly kind: 'settings'; readonly settings: EwsSettings }
  /** Another service is to be asked. */
  | { readonly kind: 'redirect-url'; readonly url: string }
  /** The mailbox goes by another address now. */
  | { readonly kind: 'redirect-address'; readonly address: string }
  /** The service does not know of EWS for this mailbox. */
  | { readonly kind: 'error'; readonly code: string };

/** One of the two protocols of Autodiscover. */
export interface AutodiscoverProtocol {
  readonly name: 'soap' | 'pox';
  /** Where it is served, on any host. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @param url where the request is sent */
  write(address: string, url: string): string;
  /** Throws an `EwsError` for what cannot be understood. */
  read(document: string, maxLength?: number): AutodiscoverAnswer;
}

/** Settings from texts that may be missing or empty; an `error` where there is no address among them. */
export function answerOf(
  settings: Readonly<Partial<Record<keyof EwsSettings, string | undefined>>>,
): AutodiscoverAnswer {
  const known: Partial<Record<keyof EwsSettings, string>> = {};
  for (const key of ['externalUrl', 'internalUrl', 'version', 'grouping'] as const) {
    const text = settings[key]?.trim() ?? '';
    if (text !== '') known[key] = text;
  }
  if (known.externalUrl === undefined && known.internalUrl === undefined) return { kind: 'error', code: 'NoEwsUrl' };
  return { kind: 'settings', settings: known };
}

/** A code of a server as it may be shown: a word, and not a long one. */
export function wordOf(text: string | undefined): string {
  return /^\s*(\w{1,40})\s*$/.exec(text ?? '')?.[1] ?? 'Error';
}
