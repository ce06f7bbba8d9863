import type { EwsSettings } from '../../protocol/autodiscover/answer.js';
import { EwsError } from '../../protocol/ews-error.js';

/** What came of one question. */
export type StepOutcome =
  /** It told where EWS is. */
  | 'found'
  /** It sent on to another address: {@link DiscoveryStep.detail}. */
  | 'redirected'
  /** It asks who is calling, and it may be told. */
  | 'asks'
  /** It has nothing to tell: the HTTP status or the code of the service. */
  | 'nothing'
  /** It was not reached, or what it sent cannot be understood: the reason, as a sentence. */
  | 'failed'
  /** It asks who is calling, but is not among the hosts that may be told: the host. */
  | 'unconfirmed'
  /** It asks who is calling, in no way that the account is set to: what it offers. */
  | 'not-offered'
  /** It asks who is calling, but nothing is known to tell it. */
  | 'no-credentials'
  /** It does not accept what it was told. */
  | 'refused'
  /** It leads to an address without TLS, which is not followed. */
  | 'insecure'
  /** It leads to where one has been. */
  | 'loop'
  /** It leads on and on. */
  | 'too-far';

/** One question of a search, with what came of it. */
export interface DiscoveryStep {
  readonly kind: 'soap' | 'pox' | 'redirect' | 'srv';
  /** What was asked, as it may be shown: an address without its query, or the name of a record. */
  readonly asked: string;
  readonly outcome: StepOutcome;
  readonly detail?: string;
}

/** The server of a mailbox. */
export interface FoundServer extends EwsSettings {
  /** The address of EWS, on a host that may be told who is calling. */
  readonly url: string;
  /** The service that told it, where that can be asked for several mailboxes at once. */
  readonly service?: string;
}

/** A search that is over. */
export interface Discovery {
  readonly found: FoundServer | undefined;
  readonly steps: readonly DiscoveryStep[];
  /** Hosts that the search leads to, and that somebody has to confirm. */
  readonly unconfirmed: readonly string[];
  /** Why the search was broken off: who is calling was not accepted. */
  readonly refusal: EwsError | undefined;
}

/** Where EWS is. Throws an `EwsError` that says why it was not found. */
export function foundServer({ found, steps, unconfirmed, refusal }: Discovery, email: string): FoundServer {
  if (found) return found;
  if (refusal) throw refusal;
  const [host] = unconfirmed;
  if (host !== undefined) throw notConfirmed(email, host);
  const notOffered = steps.find(({ outcome }) => outcome === 'not-offered');
  if (notOffered) {
    const text = `${notOffered.asked} offers ${notOffered.detail ?? 'nothing'}, which the account is not set to.`;
    throw new EwsError('EWS_SCHEME_NOT_OFFERED', text);
  }
  const told = steps.map(({ asked, outcome, detail }) => `${asked}: ${detail ?? outcome}`).join('; ');
  throw new EwsError('EWS_AUTODISCOVER', `Autodiscover did not find the server of ${email}. ${told}`);
}

/** Why a mailbox's server is not asked: it is on a host that may not be told who is calling. */
export function notConfirmed(mailbox: string, host: string, account = mailbox): EwsError {
  const whose = mailbox === account ? 'this address' : account;
  return new EwsError(
    'EWS_HOST_NOT_CONFIRMED',
    `Autodiscover for ${mailbox} leads to ${host}, which is outside the domain of ${whose}. It is told nothing until it is confirmed.`,
  );
}
