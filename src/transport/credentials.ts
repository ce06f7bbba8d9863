/** What an account proves its identity with. Never logged, never part of an error. */
export type Credentials = BasicCredentials | NtlmCredentials | NegotiateCredentials;

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
