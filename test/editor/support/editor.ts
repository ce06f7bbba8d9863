import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { FlowNode } from '../../support/node-red-process.js';
import { Dialog, traysAtRest } from './dialog.js';
import type { EditorNodeRed } from './editor-node-red.js';

/** What the browser complains of about Node-RED itself, and nobody here can mend. */
const NOT_OURS = [
  ...[/favicon/, /Permissions policy violation: unload/],
  // Node-RED 5 may show its first tip before the place for it is there.
  /^TypeError: Cannot read properties of undefined \(reading 'html'\)\s+at \w+ \(\S+\/red\.min\.js\S+\)$/,
];

/** The editor of a Node-RED in a browser's page, as a person has it before them. */
export class Editor {
  /** Errors on the console, and exceptions that nothing caught. */
  readonly problems: string[] = [];

  readonly context: BrowserContext;

  /** @param page a page of a browser, which may have had something else before */
  constructor(
    readonly red: EditorNodeRed,
    readonly page: Page,
  ) {
    this.context = page.context();
    page.on('console', (message) => {
      const text = `${message.text()} (${message.location().url})`;
      if (message.type() === 'error' && !NOT_OURS.some((one) => one.test(text))) this.problems.push(text);
    });
    page.on('pageerror', (error) => {
      const text = error.stack ?? error.message;
      if (!NOT_OURS.some((one) => one.test(text))) this.problems.push(text);
    });
  }

  /** Leaves the page as if nothing had been on it. */
  async close(): Promise<void> {
    const { page } = this;
    page.removeAllListeners('console').removeAllListeners('pageerror');
    await page.unrouteAll({ behavior: 'wait' });
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.goto('about:blank');
    await this.context.clearPermissions();
    await this.context.clearCookies();
  }

  /** Keeps a picture of the page as it is now, for people, in the folder that EWS_EDITOR_PICTURES names, if it does. */
  async look(name: string): Promise<void> {
    const folder = process.env.EWS_EDITOR_PICTURES ?? '';
    if (folder !== '') await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** Loads the editor, again if need be; resolves when the nodes of this package and the flows are in it. */
  async load(): Promise<void> {
    await this.page.goto(this.red.address);
    await this.page.waitForSelector('.red-ui-palette-node[data-palette-type="ews-pull"]', { timeout: 60_000 });
    await this.page.waitForFunction(() => !document.querySelector('#red-ui-loading-progress:not([style*="none"])'));
    await this.page.waitForFunction(() => RED.workspaces.active() !== '' && RED.nodes.getType('ews-account') !== null);
  }

  /** Replaces all flows, and loads the editor with them. */
  async begin(flows: readonly FlowNode[]): Promise<void> {
    await this.red.deploy(flows);
    await this.load();
  }

  /** Drags a node from the palette onto the flow and returns its id. */
  async drag(type: string, x = 300, y = 200): Promise<string> {
    const before = await this.ids(type);
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    await entry.hover();
    await this.page.mouse.down();
    const chart = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    assert.ok(chart);
    await this.page.mouse.move(chart.x + x - 10, chart.y + y, { steps: 4 });
    await this.page.mouse.move(chart.x + x, chart.y + y, { steps: 2 });
    await this.page.mouse.up();
    await this.page.waitForFunction(
      ([wanted, known]) => {
        let count = 0;
        RED.nodes.eachNode((node) => (count += node.type === wanted ? 1 : 0));
        return count > known;
      },
      [type, before.length] as const,
    );
    const added = (await this.ids(type)).filter((id) => !before.includes(id));
    assert.equal(added.length, 1);
    return added[0]!;
  }

  /** The ids of all nodes of a type, config nodes too. */
  async ids(type: string): Promise<string[]> {
    return this.page.evaluate((wanted) => {
      const ids: string[] = [];
      const keep = (node: { id: string; type: string }): void => {
        if (node.type === wanted) ids.push(node.id);
      };
      RED.nodes.eachNode(keep);
      RED.nodes.eachConfig(keep);
      return ids;
    }, type);
  }

  /** A node as the editor would deploy it. */
  async node(id: string): Promise<Record<string, unknown>> {
    return this.page.evaluate((wanted) => {
      const node = RED.nodes.node(wanted);
      return node ? RED.nodes.convertNode(node) : {};
    }, id);
  }

  /** What the editor finds wrong with a node, as sentences; none for a valid one. */
  async errors(id: string): Promise<readonly string[]> {
    return this.page.evaluate((wanted) => {
      const node = RED.nodes.node(wanted);
      if (node) RED.editor.validateNode(node);
      return node?.validationErrors ?? [];
    }, id);
  }

  /** The picture of a node on the flow. */
  picture(id: string): Locator {
    return this.page.locator(`[id="${id}"]`).first();
  }

  /** Opens the edit dialog of a node by a double click on it. */
  async edit(id: string): Promise<Dialog> {
    await this.picture(id).locator('.red-ui-flow-node').first().dblclick();
    return this.#opened('#node-dialog-ok', false);
  }

  /** Opens the edit dialog of a config node. */
  async editConfig(id: string): Promise<Dialog> {
    await this.page.evaluate((wanted) => {
      RED.editor.editConfig('', RED.nodes.node(wanted)?.type ?? '', wanted);
    }, id);
    return this.#opened('#node-config-dialog-ok', true);
  }

  /** From a node's dialog, opens that of the config node it names: the existing one, or a new one. */
  async editFrom(dialog: Dialog, property: string, button: 'edit' | 'add'): Promise<Dialog> {
    await dialog.form.locator(`#node-input-btn-${property}-${button}`).click();
    return this.#opened('#node-config-dialog-ok', true);
  }

  async #opened(button: string, config: boolean): Promise<Dialog> {
    await this.page.locator(button).last().waitFor();
    const dialog = new Dialog(this.page, config);
    await dialog.field('name').waitFor();
    await traysAtRest(this.page);
    return dialog;
  }

  /** Presses Deploy and waits until the flows run. */
  async deploy(): Promise<void> {
    const { starts } = this.red;
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.red.until(() => this.red.starts > starts);
    await this.page.waitForFunction(() => !RED.nodes.dirty());
  }
}
