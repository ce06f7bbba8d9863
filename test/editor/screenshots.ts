import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/fixture.js';
import type { FlowNode } from '../support/node-red-process.js';
import { flowWith } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

/**
 * Takes the pictures of the README (`npm run screenshots`), of what is built and at work on the sandbox, so that they
 * stay true. The sidebar counts events by the minute: with less than some minutes there is nothing to see.
 */
const MINUTES = Number(process.env.EWS_SCREENSHOT_MINUTES ?? '8');
const SIZE = { width: 1200, height: 680 };
/** How much wider the sidebar is made, in pixels. */
const WIDER = 110;
/** For people on a slow line, in bytes. */
const MOST_BYTES = 200_000;

/** The three ways of delivery, for a few mailboxes. */
const flows: readonly FlowNode[] = (
  [
    [
      'ews-stream',
      { name: 'support and branch', mailbox: 'support@sandbox.example, branch-01@sandbox.example', x: 140 },
    ],
    ['ews-pull', { name: 'office, every 5 s', interval: '5', x: 130 }],
    ['ews-push-in', { name: 'Room Helsinki', mailbox: 'room-helsinki@sandbox.example', ...inCalendar(), x: 120 }],
  ] as const
).flatMap(([type, more], at) => {
  const place = { id: type, y: 100 + 80 * at, wires: [['new']], include: 'summary' };
  const nodes = flowWith(type, { ...place, ...more });
  return at === 0 ? [...nodes.filter(({ id }) => id !== 'account'), debug()] : nodes.slice(-1);
});

function inCalendar(): object {
  return { folders: [{ id: 'calendar', name: 'Calendar' }], events: ['Created', 'Modified', 'Deleted'] };
}

function debug(): FlowNode {
  return {
    ...{ id: 'new', type: 'debug', z: 'flow', name: 'what is new', x: 450, y: 180, wires: [] },
    ...{ active: true, tosidebar: true, console: false, tostatus: false, complete: 'payload', targetType: 'msg' },
    ...{ statusVal: '', statusType: 'auto' },
  };
}

describe('the pictures of the README', function () {
  this.timeout((MINUTES + 3) * 60_000);
  const editor = withEditor({}, { viewport: SIZE });

  beforeEach(async () => {
    await editor().begin(flows);
    const { page } = editor();
    await page.locator('#red-ui-palette .red-ui-footer-button:has(.fa-angle-double-up)').click();
    await widenSidebar();
    await page.locator('.red-ui-palette-header', { hasText: 'exchange' }).click();
    // As long as it slides open.
    await page.waitForFunction(() => !document.querySelector('#red-ui-palette [style*="overflow: hidden"]'));
    await page
      .locator('.red-ui-flow-node-status-label', { hasText: /^connected · last/ })
      .nth(1)
      .waitFor();
  });

  async function widenSidebar(): Promise<void> {
    const { mouse } = editor().page;
    const separator = await editor().page.locator('#red-ui-sidebar-separator').boundingBox();
    assert.ok(separator);
    const [x, y] = [separator.x + 3, separator.y + 200];
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x - WIDER / 2, y);
    await mouse.move(x - WIDER, y);
    await mouse.up();
  }

  async function keep(name: string): Promise<void> {
    // What the mouse points at is lit up.
    await editor().page.mouse.move(SIZE.width / 2, SIZE.height - 80);
    const picture = await editor().page.screenshot({ animations: 'disabled' });
    assert.ok(picture.length < MOST_BYTES, `${name} has ${picture.length} bytes`);
    mkdirSync(join(projectRoot, 'docs'), { recursive: true });
    writeFileSync(join(projectRoot, 'docs', `${name}.png`), picture);
  }

  it('flow.png: a flow at work, and one of its messages', async () => {
    const { page } = editor();
    await page.evaluate(() => RED.sidebar.show('debug'));
    const messages = page.locator('.red-ui-debug-msg');
    await messages.nth(2).waitFor();
    const mail = messages.filter({ hasText: 'NewMail' }).first();
    // What comes later would push it out of the picture.
    await mail.evaluate((message) => message.classList.add('last-shown'));
    await page.addStyleTag({ content: '.last-shown ~ .red-ui-debug-msg { display: none }' });
    const openable = mail.locator('.red-ui-debug-msg-expandable');
    await openable.first().click();
    await openable.filter({ hasText: /^item:/ }).click();
    await mail.evaluate((message) => message.scrollIntoView());
    await keep('flow');
  });

  it('sidebar.png: all subscriptions at a glance, and what is known of one', async () => {
    const { page } = editor();
    await page.evaluate(() => {
      RED.actions.invoke('ews:show-sidebar');
    });
    await page.locator('.ews-sb-row').filter({ hasText: 'support@' }).click();
    await page.getByText(/^4 connected, 0 in trouble/).waitFor();
    await page.waitForFunction(
      (minutes) =>
        [...document.querySelectorAll('.ews-sb-counts')].some(
          (bars) => (bars.getAttribute('d') ?? '').split('M').length > minutes,
        ),
      MINUTES,
      { timeout: 0, polling: 1000 },
    );
    await keep('sidebar');
  });
});
