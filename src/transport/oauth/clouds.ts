/** A cloud of Microsoft's: where its tokens come from, and what they are asked for. */
export interface Cloud {
  /** With `{tenant}` in the place of the tenant. */
  readonly tokenUrl: string;
  /** Everything that the application was granted for Exchange there. */
  readonly scope: string;
}

/** Microsoft's clouds (docs: "Authenticate an EWS application by using OAuth", "National cloud deployments"). */
export const CLOUDS = {
  global: cloud('https://login.microsoftonline.com', 'https://outlook.office365.com'),
  usgov: cloud('https://login.microsoftonline.us', 'https://outlook.office365.us'),
  dod: cloud('https://login.microsoftonline.us', 'https://webmail.apps.mil'),
  china: cloud('https://login.chinacloudapi.cn', 'https://partner.outlook.cn'),
} as const satisfies Record<string, Cloud>;

export type CloudName = keyof typeof CLOUDS;

export function isCloudName(text: string): text is CloudName {
  return Object.hasOwn(CLOUDS, text);
}

function cloud(authority: string, exchange: string): Cloud {
  return { tokenUrl: `${authority}/{tenant}/oauth2/v2.0/token`, scope: `${exchange}/.default` };
}

/** A token URL with the tenant in its place. */
export function tokenUrlOf(template: string, tenant: string): string {
  return template.replaceAll('{tenant}', encodeURIComponent(tenant));
}

/** Whether secrets may be sent to a token URL: over https, or to this machine itself. */
export function isTokenUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username + password !== '') return false;
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && loopback);
}
