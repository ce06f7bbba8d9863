/** What an account proves its identity with. Never logged, never part of an error. */
export type Credentials =
  BasicCredentials | NtlmCredentials | NegotiateCredentials | OAuth2Credentials | BearerCredentials;

interface UserAndPassword {
  /** `user@domain` or `DOMAIN\user`. */
  readonly username: string;
  readonly password: string;
}

export interface BasicCredentials extends UserAndPassword {
  readonly type: 'basic';
}

export interface NtlmCredentials extends UserAndPassword {
  readonly type: 'ntlm';
}

/** Kerberos, from the tickets of the user who runs the process; on Windows a name and a password are used if given. */
export interface NegotiateCredentials extends UserAndPassword {
  readonly type: 'negotiate';
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4): an application signs in as itself, and opens mailboxes in their owners' names. */
export interface OAuth2Credentials {
  readonly type: 'oauth2';
  /** Where tokens come from. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly scope: string;
  readonly proof: ClientProof;
}

/** What an application proves its identity with: a secret, or a certificate (PEM) with its private key (PEM). */
export type ClientProof = { readonly secret: string } | { readonly certificate: string; readonly key: string };

/** A token that somebody else has got. */
export interface BearerCredentials {
  readonly type: 'bearer';
  readonly token: string;
}

/** Whether it is an application that signs in, not a person: it has no mailbox, and can only impersonate. */
export function isApplication({ type }: Credentials): boolean {
  return type === 'oauth2';
}
