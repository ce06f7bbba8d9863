import type { ElementHandle, Locator, Page } from 'playwright-core';

/** What a person enters: text, a choice or a tick, by property. */
export type Entries = Readonly<Record<string, string | boolean>>;

/** Resolves when no tray slides any more: what is clicked while one moves is missed. */
export async function traysAtRest(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.red-ui-tray')].slice(-1).every((tray) => getComputedStyle(tray).right === '0px'),
  );
}

/** An open edit dialog: the topmost one. */
export class Dialog {
  /** The form, without the buttons around it. */
  readonly form: Locator;
  readonly #page: Page;
  readonly #prefix: string;

  /** @param config whether it is that of a config node, whose ids begin otherwise */
  constructor(page: Page, config: boolean) {
    this.#page = page;
    this.#prefix = config ? 'node-config-input' : 'node-input';
    this.form = page.locator('.red-ui-tray').last().locator('form').first();
  }

  /** The field of a property. */
  field(property: string): Locator {
    return this.form.locator(`#${this.#prefix}-${property}`);
  }

  row(name: string): Locator {
    return this.form.locator(`[data-ews-row="${name}"]`);
  }

  /** The sentences that stand below the fields: hints and objections. */
  async notes(kind: 'hint' | 'problem'): Promise<string[]> {
    return this.form.locator(`.ews-${kind}:visible`).allInnerTexts();
  }

  /** Enters values as a person does, in order, opening what is closed. */
  async fill(entries: Entries): Promise<void> {
    for (const [property, value] of Object.entries(entries)) {
      const field = this.field(property);
      await this.#reveal(field);
      if (typeof value === 'boolean') await field.setChecked(value);
      else if ((await field.evaluate((one) => one.tagName)) === 'SELECT') await field.selectOption(value);
      else await field.fill(value);
    }
  }

  /** The values that the fields show. */
  async values(...properties: string[]): Promise<Record<string, string | boolean>> {
    const entries = properties.map(async (property): Promise<[string, string | boolean]> => {
      const field = this.field(property);
      const ticked = (await field.getAttribute('type')) === 'checkbox';
      return [property, ticked ? await field.isChecked() : await field.inputValue()];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Opens the group in which something is, if it is closed. */
  async #reveal(field: Locator): Promise<void> {
    const closed = this.form
      .locator('details:not([open])')
      .filter({ has: this.#page.locator(`#${await field.getAttribute('id')}`) });
    for (const group of await closed.all()) await group.locator('summary').click();
  }

  /** Opens all groups. */
  async openGroups(): Promise<void> {
    for (const group of await this.form.locator('details:not([open]):visible').all())
      await group.locator('summary').click();
  }

  /** Presses Done (or Add, Update) and waits until the dialog is gone. */
  async done(): Promise<void> {
    await this.#end(this.#prefix === 'node-input' ? '#node-dialog-ok' : '#node-config-dialog-ok');
  }

  async cancel(): Promise<void> {
    await this.#end(this.#prefix === 'node-input' ? '#node-dialog-cancel' : '#node-config-dialog-cancel');
  }

  async #end(button: string): Promise<void> {
    const pressed = (await this.#page.locator(button).last().elementHandle()) as ElementHandle<HTMLElement>;
    await pressed.click();
    // The tray below, if there is one, is put back into the page meanwhile.
    await this.#page.waitForFunction((one) => !one.isConnected, pressed);
    await traysAtRest(this.#page);
  }
}
