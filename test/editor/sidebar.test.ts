import assert from 'node:assert/strict';
import type { Locator, Route } from 'playwright-core';
import type { OverviewAnswer, OverviewDetails, OverviewRow } from '../../dist/nodes/runtime/overview-answer.js';
import { until } from '../support/wait.js';
import { barriers } from './support/accessibility.js';
import type { Editor } from './support/editor.js';
import { flowWith } from './support/flows.js';
import { withEmptyFlow } from './support/with-editor.js';

const LIST = '**/ews-notifications/subscriptions?*';
const MANY = 10_000;

describe('the Exchange sidebar', () => {
  const current = withEmptyFlow();
  let editor: Editor;
  beforeEach(() => (editor = current()));

  const tab = () => editor.page.locator('.ews-sb');
  const summary = () => tab().locator('.ews-sb-summary');
  const rows = () => tab().locator('.ews-sb-row');
  const details = () => tab().locator('.ews-sb-details');
  const row = (text: string): Locator => rows().filter({ hasText: text });

  /** Nodes of all deliveries, on the sandbox: an ews-pull on the first tab, the others on a second one. */
  const account = 'demo-account';
  const flows = () => [
    { id: 'flow', type: 'tab', label: 'Flow', disabled: false },
    { id: 'second', type: 'tab', label: 'Second', disabled: false },
    { id: account, type: 'ews-account', name: 'Sandbox', server: 'sandbox' },
    ...flowWith('ews-pull', { id: 'pull', name: 'Puller', account, interval: '1' }).slice(-1),
    ...flowWith('ews-stream', { id: 'stream', z: 'second', account, name: 'Streamer' }).slice(-1),
    ...flowWith('ews-push-in', {
      id: 'push',
      z: 'second',
      y: 300,
      account,
      name: 'Pushed',
      statusFrequency: '1',
    }).slice(-1),
  ];

  async function open(): Promise<void> {
    await editor.page.evaluate(() => {
      RED.actions.invoke('ews:show-sidebar');
    });
    await summary().waitFor();
  }

  async function openWith(nodes: Parameters<Editor['begin']>[0]): Promise<void> {
    await editor.begin(nodes);
    await open();
  }

  /** Answers in place of the runtime; returns what was asked. */
  async function answer(rowsOf: readonly OverviewRow[], page = 500): Promise<string[]> {
    const asked: string[] = [];
    await editor.page.route(LIST, (route: Route) => {
      // Node-RED 5 opens the tab that was open last: the runtime itself was asked before, and has revisions of its own.
      const since = Number(new URL(route.request().url()).searchParams.get('since')) || 0;
      asked.push(String(since));
      const told = rowsOf.slice(since, since + page);
      const upTo = since + told.length;
      const body: OverviewAnswer = {
        ...{ revision: String(upTo), reset: since === 0, more: upTo < rowsOf.length, total: rowsOf.length },
        ...{ gone: [], now: Date.now(), rows: told },
      };
      return route.fulfill({ json: body });
    });
    await editor.page.route('**/ews-notifications/subscriptions/*', (route) => {
      const id = Number(route.request().url().split('/').at(-1));
      const more: Omit<OverviewDetails, keyof OverviewRow> = {
        ...{ access: 'delegate', allFolders: true, folders: [], moreFolders: 0, kinds: ['NewMail'] },
        ...{ subscriptionId: `S${id}`, events: 0, recovered: 0, reconnects: 0, gaps: 0, actions: ['reopen'] },
      };
      return route.fulfill({ json: { ...rowsOf.find((one) => one.id === id), ...more } });
    });
    return asked;
  }

  const fake = (id: number, more: Partial<OverviewRow> = {}): OverviewRow => ({
    ...{ id, node: `node-${id}`, flow: 'flow', account: 'account', accountName: 'Mail', delivery: 'streaming' },
    ...{ mailbox: `user${String(id).padStart(5, '0')}@example.com`, state: 'connected', since: Date.now() },
    ...more,
  });

  it('shows all subscriptions and how they are', async () => {
    await openWith(flows());
    await tab().getByText('3 connected, 0 in trouble').waitFor();
    assert.deepEqual(await rows().locator('.ews-sb-mailbox').allTextContents(), Array(3).fill('demo@sandbox.example'));
    for (const delivery of ['pull', 'push', 'streaming']) {
      assert.match((await row(`· ${delivery} ·`).textContent()) ?? '', /connected · \w+ · Sandbox/);
    }
    // Something happens in the sandbox every few seconds.
    await row('· pull ·').locator('[role=img]:not([aria-label$=": 0"])').waitFor();
    await editor.look('sidebar');
    assert.deepEqual(await barriers(editor, '.ews-sb'), []);
  });

  it('shows, on a click, the node and what is known of its subscription', async () => {
    await openWith(flows());
    await row('· streaming ·').click();
    await editor.page.waitForFunction(() => RED.workspaces.active() === 'second');
    await details().getByText('Begin anew').waitFor();
    const text = (await details().textContent()) ?? '';
    for (const words of ['Inbox', 'NewMail', 'last sign of life', 'Sandbox']) assert.ok(text.includes(words), words);
    await editor.look('sidebar-details');
    assert.deepEqual(await barriers(editor, '.ews-sb'), []);
    await details().getByRole('button', { name: 'close the details' }).click();
    await details().waitFor({ state: 'hidden' });
    assert.equal(await rows().locator('xpath=self::*[@aria-selected="true"]').count(), 0);
  });

  it('works without a mouse', async () => {
    await openWith(flows());
    await tab().getByText('3 connected').waitFor();
    const table = tab().getByRole('grid');
    await table.focus();
    await editor.page.keyboard.press('End');
    const chosen = async () => {
      const id = await table.getAttribute('aria-activedescendant');
      return tab().locator(`[id="${id ?? ''}"]`);
    };
    assert.equal(await (await chosen()).getAttribute('aria-rowindex'), '4');
    assert.equal(await (await chosen()).getAttribute('aria-selected'), 'true');
    await editor.page.keyboard.press('ArrowUp');
    assert.equal(await (await chosen()).getAttribute('aria-rowindex'), '3');
    await editor.page.keyboard.press('Home');
    await editor.page.keyboard.press('ArrowUp');
    assert.equal(await (await chosen()).getAttribute('aria-rowindex'), '2');
    assert.equal(await editor.page.evaluate(() => RED.workspaces.active()), 'flow', 'looking is not going there');
    await details().getByText('Begin anew').waitFor();
    await editor.page.keyboard.press('End');
    await editor.page.keyboard.press('Enter');
    await editor.page.waitForFunction(() => RED.workspaces.active() === 'second');
    await editor.page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'grid');
    await editor.page.keyboard.press('Tab');
    assert.equal(await details().locator(':focus').count(), 1);
  });

  it('finds subscriptions by words and by state', async () => {
    await openWith(flows());
    await tab().getByText('3 connected').waitFor();
    const words = tab().getByRole('searchbox');
    await words.fill('puller');
    await row('· pull ·').waitFor();
    assert.equal(await rows().count(), 1);
    await words.fill('push connected');
    assert.equal(await row('· push ·').count(), 1);
    await words.fill('');
    await tab().getByRole('combobox').selectOption({ label: 'in trouble' });
    await tab().getByText('Nothing matches.').waitFor();
    assert.equal(await rows().count(), 0);
  });

  it('pauses, resumes and ends a subscription', async () => {
    await openWith(flows());
    await tab().getByText('3 connected').waitFor();
    await row('· streaming ·').click();
    await details().getByRole('button', { name: 'Pause' }).click();
    await tab().getByText('2 connected, 0 in trouble, 1 paused').waitFor();
    await details().getByRole('button', { name: 'Resume' }).click();
    await tab().getByText('3 connected').waitFor();
    await details().getByRole('button', { name: 'Unsubscribe' }).click();
    const question = editor.page.locator('.red-ui-notification').filter({ hasText: 'demo@sandbox.example' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'hidden' });
    assert.equal(await tab().getByText('3 connected').count(), 1);
    await details().getByRole('button', { name: 'Unsubscribe' }).click();
    await question.getByRole('button', { name: 'Unsubscribe' }).click();
    await tab().getByText('1 paused').waitFor();
    // That it is paused would be remembered for the next test.
    await details().getByRole('button', { name: 'Resume' }).click();
    await tab().getByText('3 connected').waitFor();
  });

  it('asks and begins anew on demand', async () => {
    await openWith(flows());
    await tab().getByText('3 connected').waitFor();
    await row('· pull ·').click();
    await details().getByRole('button', { name: 'Ask now' }).click();
    await details().getByText('It was asked for.').waitFor();
    await details().getByRole('button', { name: 'Begin anew' }).click();
    await details().getByText('It begins anew.').waitFor();
  });

  it('keeps calm with ten thousand: a few rows in the page, and each page asked for once', async () => {
    const asked = await answer(Array.from({ length: MANY }, (_, at) => fake(at + 1)));
    await open();
    await tab().getByText('10000 connected').waitFor();
    assert.equal(asked.filter((since) => Number(since) < MANY).length, MANY / 500);
    assert.ok((await rows().count()) < 60, `${await rows().count()} rows`);
    assert.equal(await tab().getByRole('grid').getAttribute('aria-rowcount'), String(MANY + 1));
    await row('user00001@').waitFor();
    await editor.look('sidebar-ten-thousand');
    await tab().getByRole('grid').focus();
    await editor.page.keyboard.press('End');
    await row('user10000@').waitFor();
    assert.ok((await rows().count()) < 60);
    await tab().getByRole('searchbox').fill('user07777');
    await row('user07777@').waitFor();
    assert.equal(await rows().count(), 1);
  });

  it('shows first what is in trouble, and why', async () => {
    const reason = 'password refused';
    await answer([fake(1), fake(2, { state: 'paused' }), fake(3, { state: 'stopped', reason }), fake(4)]);
    await open();
    await tab().getByText('2 connected, 1 in trouble, 1 paused').waitFor();
    assert.match((await rows().first().textContent()) ?? '', /user00003@.*password refused since/);
    assert.deepEqual(await barriers(editor, '.ews-sb'), []);
  });

  it('asks only while it can be seen', async () => {
    const asked = await answer([fake(1)]);
    await editor.page.clock.install();
    await open();
    await tab().getByText('1 connected').waitFor();
    const shown = asked.length;
    // The page's clock moves on; that a question of the page arrives here takes a moment of its own.
    await editor.page.clock.runFor(10_000);
    await until(() => asked.length > shown);
    await editor.page.evaluate(() => {
      RED.sidebar.show('info');
    });
    await tab().waitFor({ state: 'hidden' });
    await editor.page.clock.runFor(1000);
    const hidden = asked.length;
    await editor.page.clock.runFor(60_000);
    assert.equal(asked.length, hidden);
    await open();
    await editor.page.clock.runFor(1000);
    await editor.page.waitForFunction(() => document.querySelector('.ews-sb-row') !== null);
    await until(() => asked.length > hidden);
  });

  it('says when Node-RED does not answer, asks less often, and goes on when it does', async () => {
    await answer([fake(1)]);
    await open();
    await tab().getByText('1 connected').waitFor();
    await editor.page.route(LIST, (route) => route.fulfill({ status: 502, body: '' }));
    await tab().getByText('Node-RED does not answer').waitFor();
    assert.equal(await rows().count(), 1, 'what was known stays');
    await answer([fake(1), fake(2)]);
    await tab()
      .getByText(/[12] connected/)
      .waitFor();
    editor.problems.splice(0, editor.problems.length, ...editor.problems.filter((one) => !one.includes('502')));
  });

  it('says what is missing to somebody without the right to look', async () => {
    await editor.page.route(LIST, (route) => route.fulfill({ status: 401, body: '' }));
    await open();
    await tab().getByText('ews-notifications.read').waitFor();
    editor.problems.splice(0, editor.problems.length, ...editor.problems.filter((one) => !one.includes('401')));
  });

  it('says so where there is nothing to show', async () => {
    await open();
    await tab().getByText('No subscription runs.').waitFor();
    assert.deepEqual(await barriers(editor, '.ews-sb'), []);
  });

  it('is in the list of actions, with a name', async () => {
    const labels = await editor.page.evaluate(() =>
      (RED.actions as unknown as { list(): { id: string; label?: string }[] })
        .list()
        .filter(({ id }) => id === 'ews:show-sidebar')
        .map(({ label }) => label),
    );
    assert.deepEqual(labels, ['Show the Exchange sidebar']);
  });

  it('has a text for everything it shows', async () => {
    await openWith(flows());
    await row('· streaming ·').click();
    await details().getByText('Begin anew').waitFor();
    const texts = await tab().evaluate((element) => element.outerHTML);
    assert.doesNotMatch(texts, /ews-sidebar:|__\w+__/);
  });

  it('fits into a narrow sidebar, and into a dark theme', async () => {
    await openWith(flows());
    await row('· streaming ·').click();
    await details().getByText('Begin anew').waitFor();
    await editor.page.addStyleTag({ content: DARK });
    await editor.look('sidebar-dark');
    await tab().evaluate((element) => {
      element.style.width = '180px';
    });
    await editor.look('sidebar-narrow');
    const wide = await tab().evaluate((element) =>
      [...element.querySelectorAll('*')]
        .filter((one) => one.getBoundingClientRect().right > element.getBoundingClientRect().right + 1)
        .filter((one) => !one.closest('.ews-sb-header'))
        .map((one) => one.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(wide, []);
  });
});

/** The colours of a dark theme, as themes for Node-RED set them. */
const DARK = `:root {
  --red-ui-primary-text-color: #ddd; --red-ui-secondary-text-color: #aaa; --red-ui-primary-background: #222;
  --red-ui-secondary-background: #2a2a2a; --red-ui-secondary-border-color: #444; --red-ui-primary-border-color: #555;
  --red-ui-list-item-background-hover: #333; --red-ui-list-item-background-selected: #3a4a5a;
  --red-ui-text-color-error: #f88; --red-ui-form-input-background: #333; --red-ui-form-text-color: #ddd;
  --red-ui-workspace-button-background: #333; --red-ui-workspace-button-color: #ddd; --red-ui-tab-background: #222;
}`;
