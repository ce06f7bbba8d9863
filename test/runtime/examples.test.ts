import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { setTimeout as passTime } from 'node:timers/promises';
import { EXAMPLES, RunningExample } from '../support/example.js';
import { listen } from '../support/http-server.js';
import { NodeRed, type FlowNode } from '../support/node-red-process.js';
import { MEETINGS, REQUESTS } from '../../dist/src/sandbox/activity/phrases.js';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';

interface Event {
  readonly eventType: string;
  readonly itemId?: { readonly id: string };
}

interface Ticket {
  readonly number: string;
  readonly itemId: string;
  readonly mailbox: string;
  readonly subject: string;
  readonly from?: string;
  readonly text?: string;
}

interface EventMessage {
  readonly payload: { readonly itemId: { readonly id: string }; readonly parentFolderId: { readonly id: string } };
  readonly ews: object;
}

interface Line {
  readonly event: string;
  readonly logged: string;
  readonly mailbox: string;
  readonly at?: string;
  readonly item?: string;
  readonly folder?: string;
  readonly text?: string;
}

/** Each example as somebody sees it who imports it and deploys. */
describe('the examples', () => {
  let red: NodeRed;
  // All of Node-RED's own nodes, and the part of the editor that lists examples.
  before(async () => {
    red = await NodeRed.start({ nodesExcludes: [], disableEditor: false });
  });
  after(() => red.close());

  const tested: Record<string, () => Promise<void>> = {
    async '01 - New mail by streaming'() {
      await showsMail(await RunningExample.import(red, '01 - New mail by streaming'));
    },

    async '02 - New mail by pull'() {
      await showsMail(await RunningExample.import(red, '02 - New mail by pull'));
    },

    async '03 - New mail by push, also through a reverse proxy'() {
      const name = '03 - New mail by push, also through a reverse proxy';
      await showsMail(await RunningExample.import(red, name));
      // As its comment says: only what is below /ews/ is passed on.
      const passed: string[] = [];
      const proxy = await listen(
        createServer((request, response) => {
          const { method, url = '', headers } = request;
          if (!url.startsWith('/ews/')) return void response.writeHead(403).end();
          passed.push(url);
          const onward = send(`${red.address}${url}`, { method, headers }, (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          });
          request.pipe(onward);
        }),
        'http',
      );
      try {
        await showsMail(
          await RunningExample.import(red, name, ({ type }) =>
            type === 'ews-push-in' ? { publicUrl: proxy.origin } : {},
          ),
        );
        assert.ok(passed.length > 0, 'the server called the proxy');
      } finally {
        // The server is told to end the subscription by way of the proxy.
        await red.deploy([]);
        await proxy.close();
      }
    },

    async '04 - Support mailbox to tickets'() {
      const example = await RunningExample.import(red, '04 - Support mailbox to tickets');
      const [first] = await example.untilShown<Ticket>('ticket desk');
      assert.match(first!.number, /^\d{4}-\d\d-\d\d-[0-9a-f]{8}$/);
      assert.equal(first!.mailbox, 'support@sandbox.example');
      assert.match(String(first!.from), /^\S+@\S+\.example$/);
      assert.ok(REQUESTS.some(({ subject, body }) => subject === first!.subject && body === first!.text?.trim()));
      await example.press('the last mail again');
      await red.until(() => red.statuses(example.id('make a ticket')).some(({ text }) => text?.endsWith('was there')));
      // A mail that was moved or deleted at once is a ticket all the same.
      const { ews, payload } = red.messages(example.id('support mailbox'))[0]!.msg as EventMessage;
      const gone = { ...payload, itemId: { id: payload.parentFolderId.id }, item: null };
      await example.inject('the last mail again', { payload: gone, ews });
      const withoutText = () => example.shown<Ticket>('ticket desk').find(({ itemId }) => itemId === gone.itemId.id);
      await red.until(() => withoutText() !== undefined);
      assert.deepEqual([withoutText()?.subject, withoutText()?.text], ['Mail to support@sandbox.example', '']);
      const tickets = await example.untilShown<Ticket>('ticket desk', 3);
      for (const property of ['number', 'itemId'] as const) {
        const different = new Set(tickets.map((ticket) => ticket[property]));
        assert.equal(different.size, tickets.length, `each its own ${property}`);
      }
    },

    async '05 - Meeting-room display'() {
      const name = '05 - Meeting-room display';
      await RunningExample.import(red, name);
      const page = await untilPage(/<h1>(Occupied|Free) until \d\d:\d\d<\/h1>/);
      assert.match(page, /<title>room-helsinki@sandbox\.example<\/title>/);
      assert.match(page, /<meta http-equiv="refresh"/);
      const [, subject = ''] = /<li><b>\d\d:\d\d to \d\d:\d\d<\/b> ([^<]+)<\/li>/.exec(page) ?? [];
      assert.ok(MEETINGS.includes(subject), subject);
      // The display lists what happened, too; somebody cancels a meeting, sooner or later.
      const time = '<b>\\d\\d:\\d\\d:\\d\\d</b>';
      await untilPage(new RegExp(`<li>${time} (${MEETINGS.join('|')}) was booked</li>`));
      await untilPage(new RegExp(`<li>${time} (${MEETINGS.join('|')}) was cancelled</li>`));
      // With ids only, it tells no subjects.
      await RunningExample.import(red, name, ({ type }) => (type === 'ews-stream' ? { include: 'none' } : {}));
      await untilPage(new RegExp(`<li>${time} a meeting was \\w+</li>`));
    },

    async '06 - Fifty mailboxes from a list'() {
      const example = await RunningExample.import(red, '06 - Fifty mailboxes from a list');
      await example.press('watch these');
      assert.deepEqual(await example.untilShown('how it went'), [{ wanted: 50, subscribed: 50, failed: 0 }]);
      await red.until(() => example.status('ews-stream') === '50 connected');
      const mails = await example.untilShown<{ payload: Event; ews: { mailbox: string } }>('new mail', 3);
      for (const { payload, ews } of mails) {
        assert.equal(payload.eventType, 'NewMail');
        assert.match(ews.mailbox, /^branch-\d\d@sandbox\.example$/);
      }
      assert.match(example.status('how many so far'), /^\d+ mails to \d+ mailboxes$/);
      await example.press('stop watching');
      await red.until(() => example.status('ews-stream') === 'no subscription yet');
    },

    async '07 - Alarm when a mailbox is not watched'() {
      const name = '07 - Alarm when a mailbox is not watched';
      const soon = ({ type }: FlowNode) => (type === 'trigger' ? { duration: '1', units: 's' } : {});
      const paused = await RunningExample.import(red, name, soon);
      await paused.untilShown('new mail');
      await paused.press('pause');
      await alarmAndAllClear(paused, 'The mailbox is not watched: paused.', () => paused.press('resume'));

      const sandbox = await startSandbox();
      const { url, user: username, password } = sandbox;
      const server = { server: 'url', url, credentials: { username, password } };
      const down = await RunningExample.import(red, name, (node) =>
        node.type === 'ews-account' ? server : soon(node),
      );
      const status = () => red.status(down.id('ews-pull')).fill;
      await red.until(() => status() === 'green');
      await sandbox.stop();
      await alarmAndAllClear(down, `${new URL(url).origin} refuses connections.`, () => sandbox.start());
      await red.deploy([]);
      await sandbox.close();
    },

    async '08 - Audit log to files'() {
      const name = '08 - Audit log to files';
      const folder = join(red.userDir, 'audit', 'exchange');
      await RunningExample.import(red, name, ({ type }) =>
        type === 'tab' ? { env: [{ name: 'AUDIT_FOLDER', value: folder, type: 'str' }] } : {},
      );
      const lines = () => readLines(folder);
      const kinds = () => new Set(lines().map(({ event }) => event));
      await red.until(() => lines().length > 10 && kinds().has('NewMail') && kinds().has('Modified'));
      for (const { logged, at, mailbox, item, folder: changed } of lines()) {
        assert.equal(mailbox, 'demo@sandbox.example');
        assert.ok(Date.parse(at ?? '') <= Date.parse(logged) + 1000);
        assert.equal(typeof (item ?? changed), 'string');
      }
    },
  };

  it('are all tested here', () => {
    assert.deepEqual(Object.keys(tested), EXAMPLES);
  });

  for (const [name, test] of Object.entries(tested)) {
    it(name, async () => {
      await test();
      await red.deploy([]);
    });
  }

  /** What the room's page shows, once it shows this. */
  async function untilPage(wanted: RegExp): Promise<string> {
    const end = Date.now() + 60_000;
    for (;;) {
      const response = await fetch(`${red.address}/room`);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      const page = await response.text();
      if (wanted.test(page)) return page;
      if (Date.now() > end) throw new Error(`waited in vain for ${wanted.source} in\n${page}`);
      await passTime(50);
    }
  }

  /** There is one alarm with these words, and, when all is well again, one all clear. */
  async function alarmAndAllClear(example: RunningExample, words: string, mend: () => Promise<void>): Promise<void> {
    const told = () => example.shown<string>('tell somebody');
    const alarm = () => told().findIndex((text) => text.includes(words));
    await red.until(() => alarm() >= 0);
    await mend();
    await red.until(() => told().length > alarm() + 1);
    assert.deepEqual(told().slice(alarm() + 1), ['The mailbox is watched again.']);
  }

  /** Every event is shown, and once more if it is new mail. */
  async function showsMail(example: RunningExample): Promise<void> {
    const [mail] = await example.untilShown<Event>('new mail');
    assert.equal(mail!.eventType, 'NewMail');
    const all = example.shown<{ topic: string; payload: Event }>('every event');
    const told = all.find(({ payload }) => payload.itemId?.id === mail!.itemId?.id);
    assert.equal(told?.topic, told?.payload.eventType);
    assert.deepEqual(example.shown('what is wrong'), []);
    assert.deepEqual(red.warnings(), []);
  }
});

function readLines(folder: string): Line[] {
  let files: string[] = [];
  try {
    files = readdirSync(folder).sort();
  } catch {
    // Nothing has been written yet.
  }
  assert.deepEqual(
    files.filter((file) => !/^exchange-audit-\d{4}-\d\d-\d\d\.jsonl$/.test(file)),
    [],
  );
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
  // What follows the last line end is still being written.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}
