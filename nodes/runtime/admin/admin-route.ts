import type { ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import type { RawConfig } from '../config-values.js';

/** The largest question that is taken, in characters of JSON: a certificate and a key fit many times. */
const MAX_QUESTION = 128 * 1024;
/** So many questions of one kind are answered at once; each may hold connections for a minute. */
const MAX_AT_ONCE = 8;

/** What the editor asks. */
export interface AdminQuestion {
  readonly body: RawConfig;
  /** The node that the path names; empty where it names none. */
  readonly id: string;
  /** Aborted when whoever asked does not wait any more. */
  readonly gone: AbortSignal;
}

/** Why a question is not answered; the editor has a text for each, below `ask`. */
export type RefusalCode =
  'type-password' | 'not-deployed' | 'too-many' | 'too-large' | 'not-json' | 'bad-public-url' | 'failed';

/** An answer that was thought of: a status and what is said, as JSON. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';

  constructor(
    readonly status: number,
    readonly code: RefusalCode,
  ) {
    super(code);
  }
}

/** The routes of each Node-RED, by its admin app: a type of node that is loaded again must not put them there twice. */
const routes = new WeakMap<object, Set<string>>();

/**
 * Has the editor's questions at a path answered. They are JSON, so that no form on somebody's page can ask them, and need
 * all of the permissions. What `answer` throws is answered without details, unless it is an {@link AdminRefusal}.
 */
export function adminRoute(
  red: NodeAPI,
  path: string,
  permissions: readonly string[],
  answer: (question: AdminQuestion, response: ServerResponse) => Promise<void>,
): void {
  const known = routes.get(red.httpAdmin) ?? new Set<string>();
  if (known.has(path)) return;
  routes.set(red.httpAdmin, known.add(path));
  let atOnce = 0;
  const guards = permissions.map((permission) => red.auth.needsPermission(permission));
  red.httpAdmin.post(path, ...guards, (request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const { id = '' } = request.params as { id?: string };
    const asked = async () => {
      if (!request.is('application/json')) throw new AdminRefusal(415, 'not-json');
      const body = objectOf(request.body);
      if (atOnce >= MAX_AT_ONCE) throw new AdminRefusal(429, 'too-many');
      atOnce += 1;
      try {
        await answer({ body, id, gone: gone.signal }, response);
      } finally {
        atOnce -= 1;
      }
    };
    asked().catch((thrown: unknown) => {
      if (response.headersSent) response.destroy();
      else if (thrown instanceof AdminRefusal) answerJson(response, { error: thrown.code }, thrown.status);
      else answerJson(response, { error: 'failed' }, 500);
    });
  });
}

export function answerJson(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** An object as the body parser of Node-RED's admin app has read it. */
function objectOf(body: unknown): RawConfig {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new AdminRefusal(400, 'not-json');
  if (JSON.stringify(body).length > MAX_QUESTION) throw new AdminRefusal(413, 'too-large');
  return body as RawConfig;
}
