import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { problemsOfPush } from '../../dist/src/subscriptions/configuration-problem.js';
import { projectRoot } from '../support/fixture.js';

interface Dialog {
  problemsOf(type: string, values: object, around: object): Record<string, string>;
  hintsOf(type: string, values: object, around: object): Record<string, { key: string } | undefined>;
}

/** The dialogs' scripts as a browser would load them, without a page. */
function loadDialog(): Dialog {
  const window: { ewsDialog?: Dialog } = {};
  const context = createContext({ window, URL });
  for (const name of ['ews-problems', 'ews-rows']) {
    runInContext(readFileSync(join(projectRoot, 'resources', `${name}.js`), 'utf8'), context);
  }
  context.ewsDialog = window.ewsDialog;
  return window.ewsDialog!;
}

describe('the dialog of ews-push-in', () => {
  const dialog = loadDialog();
  const around = { wired: false, stores: [], pushPaths: ['taken'], serverUrl: 'https://mail.example.com/EWS' };
  const receiver = { source: 'input', statusFrequency: '5', store: '' };
  const hints = (values: object, more: object = {}) =>
    dialog.hintsOf('ews-push-in', { ...receiver, ...values }, { ...around, ...more });

  it('finds what the runtime finds in the public URL and the path', () => {
    const urls = ['', 'https://node.example.com', 'http://[::1]:1880/x', 'ftp://node.example.com', 'node.example.com'];
    urls.push(
      'https://me:secret@node.example.com',
      'https://node.example.com/?a',
      `https://node.example.com/${'a'.repeat(1900)}`,
    );
    for (const publicUrl of urls) {
      for (const path of ['', 'mine', 'not mine', 'a/b', 'a'.repeat(101)]) {
        const found = dialog.problemsOf('ews-push-in', { ...receiver, publicUrl, path }, around);
        assert.deepEqual(
          Object.values(found).sort(),
          problemsOfPush(5, publicUrl, path).sort(),
          `${publicUrl} ${path}`,
        );
      }
    }
  });

  it('says that another node has the same path', () => {
    const found = dialog.problemsOf('ews-push-in', { ...receiver, path: 'taken' }, around);
    assert.deepEqual({ ...found }, { path: 'push-path-taken' });
  });

  it('says that an address on this machine is no use to a server elsewhere', () => {
    for (const publicUrl of ['', 'http://127.0.0.1:1880', 'http://localhost:1880', 'http://[::1]:1880']) {
      assert.equal(hints({ publicUrl }).publicUrl?.key, 'push.loopback', publicUrl);
      assert.equal(hints({ publicUrl }, { serverUrl: 'http://127.0.0.1:8080' }).publicUrl, undefined);
    }
    assert.equal(hints({ publicUrl: 'https://node.example.com' }).publicUrl, undefined);
  });

  it('shows no address for a node in a subflow that each instance has another for', () => {
    assert.equal(hints({}).address?.key, 'push.address-hint');
    assert.equal(hints({}, { inSubflow: true }).address?.key, 'push.address-of-instances');
    assert.equal(hints({ path: '${EWS_PATH}' }, { inSubflow: true }).address?.key, 'push.address-hint');
  });
});
