import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { projectRoot } from '../support/fixture.js';

interface Dialog {
  presetOf(values: object, shown?: string): { id: string };
  completeUrl(text: string): string;
  labelOf(node: object, fallback: string): string;
}

/** The dialogs' scripts as a browser would load them, without a page. */
function loadDialog(): Dialog {
  const window: { ewsDialog?: Dialog } = {};
  const context = createContext({ window, URL });
  for (const name of ['ews-problems', 'ews-presets', 'ews-labels']) {
    runInContext(readFileSync(join(projectRoot, 'resources', `${name}.js`), 'utf8'), context);
  }
  context.ewsDialog = window.ewsDialog;
  return window.ewsDialog!;
}

const dialog = loadDialog();
const EWS = 'https://mail.example.com/EWS/Exchange.asmx';

describe('the kinds of server', () => {
  const kind = (values: object, shown?: string) => dialog.presetOf({ server: 'url', ...values }, shown).id;

  it('are told from the values', () => {
    assert.equal(kind({ server: 'sandbox', url: EWS }), 'sandbox');
    assert.equal(kind({ url: EWS, auth: 'ntlm' }), 'exchange');
    assert.equal(kind({ url: EWS, auth: 'basic' }), 'grommunio');
    assert.equal(kind({ url: '', auth: 'ntlm' }), 'exchange');
    assert.equal(kind({ url: EWS }), 'grommunio', 'without a way to sign in it is Basic');
    assert.equal(kind({ url: '${EWS_URL}', auth: 'negotiate' }), 'exchange');
    assert.equal(kind({ url: 'https://outlook.office365.com/EWS/Exchange.asmx', auth: 'basic' }), 'online');
    for (const region of ['us-east-1', 'us-west-2', 'eu-west-1']) {
      const url = `https://ews.mail.${region}.awsapps.com/EWS/Exchange.asmx`;
      assert.equal(kind({ url, auth: 'basic' }), `workmail-${region}`);
    }
    assert.equal(kind({ url: 'https://ews.mail.us-east-1.example.com/x', auth: 'basic' }), 'grommunio');
  });

  it('stay as they were chosen where the values do not tell', () => {
    assert.equal(kind({ url: EWS, auth: 'basic' }, 'exchange'), 'exchange');
    assert.equal(kind({ url: EWS, auth: 'ntlm' }, 'grommunio'), 'grommunio');
    assert.equal(kind({ url: EWS, auth: 'ntlm' }, 'online'), 'exchange');
  });
});

describe('the address of a server', () => {
  it('is made of what people know', () => {
    for (const known of [
      'mail.example.com',
      ' https://mail.example.com/ ',
      'https://mail.example.com/owa/#path=/mail',
    ]) {
      assert.equal(dialog.completeUrl(known), EWS, known);
    }
    assert.equal(dialog.completeUrl('http://10.0.0.5:8080'), 'http://10.0.0.5:8080/EWS/Exchange.asmx');
  });

  it('is left alone where it may be meant', () => {
    for (const other of ['', 'x', EWS, 'https://mail.example.com/other/ews', '${EWS_URL}', 'me@example.com']) {
      assert.equal(dialog.completeUrl(other), other);
    }
    assert.equal(
      dialog.completeUrl('https://mail.example.com/ews/exchange.asmx'),
      'https://mail.example.com/ews/exchange.asmx',
    );
  });
});

describe('the label of a node', () => {
  const inbox = [{ id: 'inbox', name: 'Inbox' }];
  const label = (node: object) => dialog.labelOf({ folders: inbox, ...node }, 'ews pull');

  it('says what it watches, where that is not the usual', () => {
    assert.equal(label({}), 'ews pull');
    assert.equal(label({ name: 'Orders', mailbox: 'a@example.com' }), 'Orders');
    assert.equal(label({ mailbox: 'a@example.com' }), 'a@example.com');
    assert.equal(label({ mailbox: 'a@example.com, b@example.com\nc@example.com' }), 'a@example.com +2');
    assert.equal(label({ folders: [{ id: 'calendar', name: 'Calendar' }] }), 'Calendar');
    assert.equal(
      label({ mailbox: 'a@example.com', folders: [{ id: 'calendar', name: 'Calendar' }] }),
      'a@example.com · Calendar',
    );
  });

  it('holds no id, and nothing that does not apply', () => {
    assert.equal(label({ folders: [{ id: 'AAMk', name: 'AAMk' }] }), 'ews pull');
    assert.equal(label({ folders: ['calendar'] }), 'ews pull');
    assert.equal(label({ source: 'input', mailbox: 'a@example.com' }), 'ews pull');
    assert.equal(label({ allFolders: true, folders: [{ id: 'calendar', name: 'Calendar' }] }), 'ews pull');
  });
});
