import type { FlowNode, NodeRed } from './node-red-process.js';

/** What Node-RED answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
}

export interface CheckLine {
  readonly step: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly ms: number;
  readonly found?: string;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly text?: string;
  readonly countsAsTry?: boolean;
}

/** Asks the admin interface as the editor does. */
export async function ask(
  red: NodeRed,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<AdminAnswer> {
  const response = await fetch(`${red.address}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** An account as its dialog sends it: what is typed, with `__PWRD__` where the editor knows no password. */
export function asked({ id, type: _type, credentials, ...config }: FlowNode, stored = false): object {
  const { username = '', password = '' } = (credentials ?? {}) as Record<string, string>;
  return { id, config, credentials: { username, password: stored ? '__PWRD__' : password } };
}

/** The steps of a test of the connection, by name. */
export async function testConnection(red: NodeRed, question: object): Promise<Readonly<Record<string, CheckLine>>> {
  const { status, text } = await ask(red, 'ews-account/test', question);
  if (status !== 200) throw new Error(`${status} ${text}`);
  const lines = text.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const told = JSON.parse(line) as CheckLine;
      return [told.step, told];
    }),
  );
}
