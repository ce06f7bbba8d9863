import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import { projectRoot } from '../support/fixture.js';
import { account, flowWith, NODES, sandboxAccount } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

const FILES = ['ews-account', ...NODES, 'ews-item'].map((node) => ['nodes/locales', node] as const);

function textsIn(language: string): Set<string> {
  const flat = (value: unknown): string[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(flat) : [String(value)];
  const read = (folder: string, name: string) =>
    flat(JSON.parse(readFileSync(join(projectRoot, folder, language, `${name}.json`), 'utf8')));
  return new Set([...FILES, ['nodes/plugins/locales', 'ews-sidebar'] as const].flatMap(([at, name]) => read(at, name)));
}

/** What is said in English only: a word such as "Name" is German too, and the names of events are EWS's own. */
const german = new Set([...textsIn('de'), ...EVENT_TYPES]);
const english = new Set([...textsIn('en-US')].filter((text) => !german.has(text)));

/** All texts in a part of the page: what stands there and in fields, what shows in empty ones and on pointing. */
async function wordsIn(part: Locator): Promise<string[]> {
  return part.evaluate((root) => {
    const words = [...root.querySelectorAll('*')].flatMap((element) => [
      ...[...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map((text) => text.textContent),
      ...['placeholder', 'title', 'aria-label'].map((name) => element.getAttribute(name)),
      element instanceof HTMLInputElement && element.type === 'text' ? element.value : '',
    ]);
    return words.map((text) => text?.trim() ?? '').filter((text) => text !== '');
  });
}

async function assertGerman(part: Locator, expected: readonly string[]): Promise<void> {
  const words = await wordsIn(part);
  assert.deepEqual(
    words.filter((text) => english.has(text)),
    [],
  );
  assert.deepEqual(
    expected.filter((text) => !words.includes(text)),
    [],
  );
}

/** Labels of rows that do not stand beside their icon, in one line. */
async function brokenLabels(form: Locator): Promise<string[]> {
  return form.evaluate((root) => {
    const labels = [...root.querySelectorAll('.form-row > label')].filter((label) => label.getClientRects().length > 0);
    const broken = labels.filter((label) => {
      const text = label.querySelector('span')?.getBoundingClientRect();
      const icon = label.querySelector('i')?.getBoundingClientRect();
      if (!text || !icon) return false;
      return (
        text.top > icon.bottom || text.height > 1.6 * icon.height || text.right > label.getBoundingClientRect().right
      );
    });
    return broken.map((label) => label.textContent.trim());
  });
}

describe('the editor in German', () => {
  const editor = withEditor({ lang: 'de' }, { locale: 'de-DE', viewport: { width: 1400, height: 2600 } });

  const labels = {
    'ews-pull': [
      'Postfach',
      'Posteingang',
      'Fragt alle',
      'Neue E-Mail',
      'mit den Rechten des Kontos (Stellvertretung)',
    ],
    'ews-push-in': ['Postfach', 'Externe URL', 'wo der Server Node-RED erreicht', 'Von hier testen', 'Herzschlag'],
    'ews-stream': ['Postfach', 'Neu öffnen', 'Nur wenn', 'Alle Ordner des Postfachs', 'Durchsuchen…'],
    'ews-subscribe': ['Postfach', 'Zustellung', 'Pull: Eine Node „ews pull“ fragt Ereignisse ab', 'Läuft ab'],
  };

  for (const type of NODES) {
    it(`shows the dialog of ${type}`, async () => {
      // What is listed in the flow under an English name is shown under its German one.
      await editor().begin(flowWith(type));
      const dialog = await editor().edit('node');
      await dialog.openGroups();
      await assertGerman(dialog.form, labels[type]);
      assert.deepEqual(await brokenLabels(dialog.form), []);
      await editor().look(`german-${type}`);
    });

    it(`shows the help of ${type}`, async () => {
      await editor().begin(flowWith(type));
      await editor().page.evaluate(() => {
        RED.actions.invoke('core:show-help-tab');
        RED.view.select({ nodes: [RED.nodes.node('node')] });
      });
      const help = editor().page.locator('.red-ui-help .red-ui-help').last();
      await help.getByRole('heading', { name: 'Ausgangsdaten' }).waitFor();
      await help.getByRole('heading', { name: 'Verweise' }).waitFor();
      assert.equal(await help.getByRole('heading', { name: /Outputs|References|After|When/ }).count(), 0);
    });
  }

  for (const auth of ['ntlm', 'oauth2']) {
    it(`shows the dialog of an ews-account that signs in with ${auth}`, async () => {
      await editor().begin([...flowWith('ews-pull').slice(0, 2), { ...account, auth }]);
      const dialog = await editor().editConfig('account');
      await dialog.openGroups();
      const own = auth === 'ntlm' ? ['Benutzer', 'Kennwort'] : ['Mandant', 'Client-Secret', 'Microsoft 365, weltweit'];
      await assertGerman(dialog.form, ['Adresse', 'Anmeldung', 'Verfahren', 'Verbindung testen', ...own]);
      assert.deepEqual(await brokenLabels(dialog.form), []);
      await editor().look(`german-ews-account-${auth}`);
    });
  }

  it('shows the dialog of ews-item', async () => {
    const item = { id: 'node', type: 'ews-item', z: 'flow', x: 300, y: 200, wires: [[]], account: sandboxAccount.id };
    await editor().begin([...flowWith('ews-pull').slice(0, 2), item]);
    const dialog = await editor().edit('node');
    await dialog.openGroups();
    await assertGerman(dialog.form, ['Konto', 'Höchstens', 'das, aus dem die Nachricht kommt']);
    assert.deepEqual(await brokenLabels(dialog.form), []);
  });

  it('says what is wrong', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().edit('node');
    await dialog.fill({ interval: 'bald' });
    const problem = dialog.form.getByText('Das Intervall muss eine Anzahl von Sekunden');
    await problem.waitFor();
  });

  it('shows the sidebar', async () => {
    await editor().begin(flowWith('ews-pull', { interval: '1' }));
    await editor().page.evaluate(() => {
      RED.actions.invoke('ews:show-sidebar');
    });
    const tab = editor().page.locator('.ews-sb');
    await tab.getByText('1 verbunden').waitFor();
    await tab.locator('.ews-sb-row').click();
    await tab.getByRole('button', { name: 'Abonnement beenden' }).waitFor();
    await assertGerman(tab, ['Postfach', 'letzte Stunde', 'Node zeigen', 'letztes Lebenszeichen', 'Posteingang']);
    assert.match((await tab.locator('.ews-sb-row').textContent()) ?? '', /verbunden · Pull · Sandbox/);
    await editor().look('german-sidebar');
  });

  it('shows statuses and reports errors', async () => {
    const status = editor().page.locator('.red-ui-flow-node-status-label');
    // How long it waits is by chance.
    await editor().begin(flowWith('ews-pull', { account: 'account' }));
    await status.getByText(/verbindet erneut|nicht erreichbar · erneut um/).waitFor();
    await editor().begin(flowWith('ews-pull', { account: '' }));
    await status.getByText('nicht konfiguriert').waitFor();
    await editor().red.until(() => editor().red.output.includes('Wählen Sie ein Konto'));
  });
});
