import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { MAX_CALM_SECONDS } from '../../dist/src/details/details-settings.js';
import { FILTER_PROPERTIES, FILTER_TESTS } from '../../dist/src/details/filter.js';
import { projectRoot } from '../support/fixture.js';

interface Dialog {
  problemsOf(type: string, values: object, around: object): Record<string, string>;
  rowsOf(type: string, values: object): Record<string, boolean>;
  readonly filterProperties: Readonly<Record<string, readonly string[]>>;
  readonly filterTests: readonly string[];
}

function loadDialog(): Dialog {
  const window: { ewsDialog?: Dialog } = {};
  const context = createContext({ window, URL });
  for (const name of ['ews-problems', 'ews-folders', 'ews-filter', 'ews-rows']) {
    runInContext(readFileSync(join(projectRoot, 'resources', `${name}.js`), 'utf8'), context);
  }
  context.ewsDialog = window.ewsDialog;
  return window.ewsDialog!;
}

describe('the dialogs’ rows for what messages hold', () => {
  const dialog = loadDialog();
  const around = { accountProblem: undefined, email: 'me@example.com', wired: true, stores: [], pushPaths: [] };

  it('know the filter that the runtime knows', () => {
    assert.deepEqual(Object.keys(dialog.filterProperties).sort(), [...FILTER_PROPERTIES].sort());
    assert.deepEqual([...dialog.filterTests], [...FILTER_TESTS]);
  });

  it('ask for the form of a body only where there is one', () => {
    for (const include of ['none', 'summary', 'body', 'mime']) {
      for (const type of ['ews-pull', 'ews-stream', 'ews-push-in', 'ews-item', 'ews-subscribe']) {
        assert.equal(dialog.rowsOf(type, { include }).bodyType, include === 'body', `${type} ${include}`);
      }
    }
  });

  it('find what the runtime finds in the time for which events are gathered', () => {
    for (const [calm, fits] of [
      ['', true],
      ['0', true],
      ['0.5', true],
      [String(MAX_CALM_SECONDS), true],
      [String(MAX_CALM_SECONDS + 1), false],
      ['-1', false],
      ['soon', false],
      ['${CALM}', true],
    ] as const) {
      for (const type of ['ews-pull', 'ews-stream', 'ews-push-in', 'ews-subscribe']) {
        assert.equal(
          dialog.problemsOf(type, { calm, source: 'input' }, around).calm,
          fits ? undefined : 'bad-calm',
          calm,
        );
      }
    }
  });

  it('leave the account and the mailbox of ews-item to its messages', () => {
    const problems = (values: object, accountProblem?: string) => ({
      ...dialog.problemsOf('ews-item', values, { ...around, accountProblem }),
    });
    assert.deepEqual(problems({ account: '', mailbox: '', maxSize: '10' }, 'no-account'), {});
    assert.deepEqual(problems({ account: 'gone', mailbox: '', maxSize: '' }, 'no-account'), { account: 'no-account' });
    assert.deepEqual(problems({ mailbox: 'somebody', maxSize: '0' }), {
      mailbox: 'bad-mailbox',
      maxSize: 'bad-max-size',
    });
  });
});
