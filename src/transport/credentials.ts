/** What an account proves its identity with. Never logged, never part of an error. */
export interface BasicCredentials {
  readonly type: 'basic';
  /** `user@domain` or `DOMAIN\user`. */
  readonly username: string;
  readonly password: string;
}

export type Credentials = BasicCredentials;

/** The value of the Authorization header for Basic authentication, in UTF-8 as RFC 7617 has it. */
export function basicAuthorization(credentials: BasicCredentials): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')}`;
}
