import type { IncomingMessage } from 'node:http';
import type { NodeAPI } from 'node-red';
import { systemClock, delay } from '../../src/clock.js';
import { toEwsError } from '../../src/protocol/ews-error.js';
import { act, isOverviewAction } from '../../src/subscriptions/overview-actions.js';
import type { OverviewEntry } from '../../src/subscriptions/overview.js';
import type { OverviewAnswer } from './overview-answer.js';
import { overviewOf } from './overview.js';
import { detailsOf, rowOf } from './overview-rows.js';
import { Texts } from './texts.js';

/** The rights that the editor needs to look, and to do something. */
const READ = 'ews-notifications.read';
const WRITE = 'ews-notifications.write';
const PATH = '/ews-notifications/subscriptions';
/** So many subscriptions are told at once, unless fewer are asked for. */
const PAGE = 500;
/** How long an answer waits for what was asked for to be done, in milliseconds. */
const DONE_MS = 5000;

/** Lets the editor look at the subscriptions, and do something with one of them. */
export function serveOverview(red: NodeAPI): void {
  const overview = overviewOf(red);
  const texts = new Texts(red);

  // `?since=<revision>`: what changed since then; `?limit=<number>`: so many at most.
  red.httpAdmin.get(PATH, red.auth.needsPermission(READ), (request, response) => {
    const { since, limit } = request.query as { since?: unknown; limit?: unknown };
    const asked = typeof limit === 'string' && /^[1-9]\d{0,5}$/.test(limit) ? Number(limit) : PAGE;
    const { entries, ...changes } = overview.changes(
      typeof since === 'string' ? since : undefined,
      Math.min(asked, PAGE),
    );
    response.set('Cache-Control', 'no-store');
    const rows = entries.map((entry) => rowOf(entry, texts));
    response.json({ ...changes, now: systemClock.now(), rows } satisfies OverviewAnswer);
  });

  red.httpAdmin.get(`${PATH}/:id`, red.auth.needsPermission(READ), (request, response) => {
    const entry = entryOf(request.params);
    response.set('Cache-Control', 'no-store');
    if (entry) response.json(detailsOf(entry, texts));
    else response.status(404).json({ code: 'not-found' });
  });

  // The action is in a JSON body: no form of another site can send that.
  red.httpAdmin.post(`${PATH}/:id`, red.auth.needsPermission(WRITE), (request, response) => {
    const { action } = (isJson(request) ? (request.body as { action?: unknown } | undefined) : undefined) ?? {};
    const entry = entryOf(request.params);
    if (!isJson(request)) response.status(415).json({ code: 'json-only' });
    else if (!isOverviewAction(action)) response.status(400).json({ code: 'unknown-action' });
    else if (!entry) response.status(404).json({ code: 'not-found' });
    else {
      const late = delay(systemClock, DONE_MS).then(() => false);
      void Promise.race([act(entry, action).then(() => true), late]).then(
        (done) => response.status(done ? 200 : 202).json({ done }),
        (error: unknown) => {
          const { code, message } = texts.error(toEwsError(error));
          response.status(500).json({ code, message });
        },
      );
    }
  });

  function entryOf(params: unknown): OverviewEntry | undefined {
    const { id = '' } = params as { id?: string };
    return /^\d{1,15}$/.test(id) ? overview.find(Number(id)) : undefined;
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}
