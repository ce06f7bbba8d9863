import type { ServerProcess } from './server-process.js';

export interface User {
  readonly domain: string;
  readonly name: string;
  readonly password: string;
}

/** The environment in which gss-ntlmssp knows this user and nobody else. */
export function usersFile(server: ServerProcess, { domain, name, password }: User): NodeJS.ProcessEnv {
  return { NTLM_USER_FILE: server.file('users', `${domain}:${name}:${password}\n`), NETBIOS_COMPUTER_NAME: 'MAIL' };
}
