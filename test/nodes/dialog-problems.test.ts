import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { DISTINGUISHED_FOLDERS } from '../../dist/src/protocol/distinguished-folder.js';
import { EVENT_TYPES } from '../../dist/src/protocol/event-type.js';
import {
  MAX_INTERVAL_SECONDS,
  problemsOfDescription,
  problemsOfDescriptions,
  problemsOfPull,
  problemsOfStream,
} from '../../dist/src/subscriptions/configuration-problem.js';
import { readShare } from '../../dist/src/subscriptions/share.js';
import type { SubscriptionDescription } from '../../dist/src/subscriptions/subscription-description.js';
import { projectRoot } from '../support/fixture.js';

interface Dialog {
  problemsOf(type: string, values: object, around: object): Record<string, string>;
  isFolderName(id: string): boolean;
  readonly eventTypes: readonly string[];
  readonly folderNames: readonly string[];
}

/** The dialogs' scripts as a browser would load them, without a page. */
function loadDialog(): Dialog {
  const window: { ewsDialog?: Dialog } = {};
  const context = createContext({ window, URL });
  for (const name of ['ews-problems', 'ews-folders', 'ews-events']) {
    runInContext(readFileSync(join(projectRoot, 'resources', `${name}.js`), 'utf8'), context);
  }
  context.ewsDialog = window.ewsDialog;
  return window.ewsDialog!;
}

const EMAIL = 'me@example.com';
const FOLDER_ID = 'AAMkAGU4ZTBmZjQ1LTY3ODktNGFiYy05ZGVmLTAxMjM0NTY3ODlhYgAuAAAAAAA=';

describe('the checks of the dialogs', () => {
  const dialog = loadDialog();
  const around = { accountProblem: undefined, email: EMAIL, wired: true, stores: ['default', 'disk'] };
  const good = {
    account: 'a',
    source: 'self',
    mailbox: '',
    access: 'delegate',
    allFolders: false,
    folders: [{ id: 'inbox', name: 'Inbox' }],
    events: ['NewMail'],
    interval: '60',
    subscriptionTimeout: '30',
    connectionTimeout: '30',
    store: '',
  };
  const found = (values: object, surroundings: object = {}, type = 'ews-pull') => ({
    ...dialog.problemsOf(type, { ...good, ...values }, { ...around, ...surroundings }),
  });

  it('know the same folders and events as the runtime', () => {
    assert.deepEqual(
      DISTINGUISHED_FOLDERS.filter((id) => !dialog.isFolderName(id)),
      [],
    );
    assert.deepEqual(
      [...dialog.folderNames].filter((id) => !(DISTINGUISHED_FOLDERS as readonly string[]).includes(id)),
      [],
    );
    assert.equal(dialog.isFolderName('foo'), false);
    assert.deepEqual([...dialog.eventTypes], [...EVENT_TYPES]);
  });

  it('find what the runtime finds in a description', () => {
    for (const mailbox of ['', EMAIL, 'ME@example.com', 'other@example.com', 'other']) {
      for (const access of ['delegate', 'impersonate'] as const) {
        for (const allFolders of [false, true]) {
          for (const ids of [[], ['inbox'], [FOLDER_ID], ['inbox', 'foo']]) {
            for (const events of [[], ['NewMail', 'Moved']] as SubscriptionDescription['events'][]) {
              for (const email of [EMAIL, '']) {
                const folders = ids.map((id) => ({ id, name: id }));
                const description = { mailbox, access, allFolders, folders, events };
                const told = Object.values(found(description, { email })).sort();
                assert.deepEqual(told, problemsOfDescription(description, email).sort(), JSON.stringify(description));
              }
            }
          }
        }
      }
    }
  });

  it('find what the runtime finds in a list of mailboxes', () => {
    const base = { access: 'delegate', events: ['NewMail'] } as const;
    for (const mailboxes of [
      [EMAIL],
      [EMAIL, 'b@example.com'],
      ['b@example.com', 'c'],
      ['a@example.com b@example.com'],
    ]) {
      for (const ids of [[], ['inbox'], ['inbox', FOLDER_ID], ['foo', FOLDER_ID]]) {
        for (const allFolders of [false, true]) {
          const folders = ids.map((id) => ({ id, name: id }));
          const descriptions = mailboxes.map((mailbox) => ({ ...base, mailbox, allFolders, folders }));
          for (const separator of [',', '\n', ' , \n ']) {
            const values = { ...base, mailbox: mailboxes.join(separator), allFolders, folders };
            const told = Object.values(found(values, {}, 'ews-stream')).sort();
            const expected = problemsOfDescriptions(descriptions, EMAIL).sort();
            assert.deepEqual(told, expected, JSON.stringify(values));
          }
        }
      }
    }
  });

  it('take an address that is named twice for one mailbox', () => {
    const folders = [{ id: FOLDER_ID, name: '' }];
    assert.deepEqual(found({ mailbox: 'a@example.com, A@example.com,', folders }, {}, 'ews-stream'), {});
    assert.deepEqual(found({ mailbox: 'a@example.com, b@example.com', folders }, {}, 'ews-stream'), {
      folders: 'folder-ids-of-many',
    });
  });

  it('find what the runtime finds in the time of a stream', () => {
    for (const connectionTimeout of ['0', '1', '2.5', '30', '31', 'x']) {
      const expected = problemsOfStream(Number(connectionTimeout));
      assert.deepEqual(Object.values(found({ connectionTimeout }, {}, 'ews-stream')), expected);
      const subscribe = found({ connectionTimeout, delivery: 'streaming' }, {}, 'ews-subscribe');
      assert.deepEqual(Object.values(subscribe), expected);
      assert.deepEqual(found({ connectionTimeout, delivery: 'pull' }, {}, 'ews-subscribe'), {});
      assert.deepEqual(found({ connectionTimeout, source: 'input' }, {}, 'ews-stream'), {});
    }
    assert.deepEqual(found({ subscriptionTimeout: 'x' }, {}, 'ews-stream'), {});
    assert.deepEqual(found({ subscriptionTimeout: 'x', delivery: 'streaming' }, {}, 'ews-subscribe'), {});
  });

  it('find what the runtime finds in a share', () => {
    for (const share of ['', '1/1', ' 2 / 3 ', '1000/1000', '0/3', '4/3', '1/1001', '3', '1/2/3', 'x', '${I}/${N}']) {
      const expected = readShare(share) ? {} : { share: 'bad-share' };
      assert.deepEqual(found({ share }, {}, 'ews-stream'), expected, share);
      assert.deepEqual(found({ share }, {}, 'ews-subscribe'), expected, share);
    }
    assert.deepEqual(found({ share: '${SHARE}' }, {}, 'ews-stream'), {}, 'the runtime knows it');
    assert.deepEqual(found({ share: 'x', source: 'input' }, {}, 'ews-stream'), {}, 'it has none of its own');
  });

  it('find what the runtime finds in numbers', () => {
    for (const interval of [
      '0',
      '0.5',
      '60',
      String(MAX_INTERVAL_SECONDS),
      String(MAX_INTERVAL_SECONDS + 1),
      '-1',
      'x',
    ]) {
      for (const subscriptionTimeout of ['0', '1', '2.5', '1440', '1441', 'x']) {
        for (const wired of [true, false]) {
          const told = Object.values(found({ interval, subscriptionTimeout }, { wired })).sort();
          const expected = problemsOfPull(Number(interval), Number(subscriptionTimeout), wired).sort();
          assert.deepEqual(told, expected, `${interval} s, ${subscriptionTimeout} min`);
        }
      }
    }
  });

  it('take an environment variable for any whole value', () => {
    const values = { mailbox: '${A}', interval: '${B}', subscriptionTimeout: '${C}', store: '${D}', account: '${E}' };
    assert.deepEqual(found({ ...values, folders: [{ id: '${F}', name: '' }] }, { accountProblem: 'no-account' }), {});
    assert.deepEqual(found({ mailbox: 'a ${A}' }), { mailbox: 'bad-mailbox' });
  });

  it('leave alone what does not apply', () => {
    const nothing = { folders: [], events: [], mailbox: 'x', account: '' };
    assert.deepEqual(found({ ...nothing, source: 'input' }, { accountProblem: 'no-account' }), {});
    // Messages bring folders and events.
    assert.deepEqual(found({ folders: [], events: [] }, {}, 'ews-subscribe'), {});
  });

  it('say nothing about addresses as long as the account’s own is not known', () => {
    assert.deepEqual(found({ mailbox: 'other@example.com', allFolders: true }, { email: undefined }), {});
    assert.deepEqual(found({ access: 'impersonate' }, { email: undefined }), {});
  });

  it('find a missing account and a missing context store', () => {
    assert.deepEqual(found({}, { accountProblem: 'no-account' }), { account: 'no-account' });
    assert.deepEqual(found({ store: 'redis' }), { store: 'no-store' });
    assert.deepEqual(found({ store: 'disk' }), {});
  });

  it('find what is wrong with an account', () => {
    const account = (values: object) => ({ ...dialog.problemsOf('ews-account', { server: 'url', ...values }, around) });
    const url = 'https://mail.example.com/EWS/Exchange.asmx';
    assert.deepEqual(account({ url: '' }), { url: 'no-url' });
    for (const wrong of ['mail.example.com', 'ftp://mail.example.com', 'https://', 'https:// x']) {
      assert.deepEqual(account({ url: wrong }), { url: 'bad-url' }, wrong);
    }
    assert.deepEqual(account({ url, username: '' }), { username: 'no-username' });
    assert.deepEqual(account({ url, username: '', auth: 'ntlm' }), { username: 'no-username' });
    assert.deepEqual(account({ url, username: '', auth: 'negotiate' }), {});
    assert.deepEqual(account({ url, username: 'me', password: '' }), { password: 'no-password' });
    assert.deepEqual(account({ url, username: 'me', password: '', auth: 'negotiate' }), {});
    assert.deepEqual(account({ url, username: 'me', password: '__PWRD__' }), {}, 'one is stored');
    assert.deepEqual(account({ url, username: 'me' }), {}, 'nothing is known of it');
    assert.deepEqual(account({ url, username: 'me', email: 'me' }), { email: 'bad-mailbox' });
    assert.deepEqual(account({ url, timeout: '601' }), { timeout: 'bad-timeout' });
    for (const concurrency of ['0', '101', '2.5', 'many']) {
      assert.deepEqual(account({ url, concurrency }), { concurrency: 'bad-concurrency' });
    }
    for (const concurrency of ['', '1', '100', '${C}']) assert.deepEqual(account({ url, concurrency }), {});
    assert.deepEqual(account({ url: '${URL}', email: '${MAIL}', timeout: '${T}', username: '${U}' }), {});
    assert.deepEqual(account({ server: 'sandbox', url: '', username: '' }), {});
  });

  it('find what an application lacks, and nothing about names and passwords', () => {
    const url = 'https://mail.example.com/EWS/Exchange.asmx';
    const application = (values: object) => ({
      ...dialog.problemsOf('ews-account', { server: 'url', url, auth: 'oauth2', username: '', ...values }, around),
    });
    const whole = { tenant: 't', clientId: 'c', clientSecret: 's' };
    assert.deepEqual(application(whole), {});
    assert.deepEqual(application({ clientSecret: '' }), {
      ...{ tenant: 'no-tenant', clientId: 'no-client-id', clientSecret: 'no-client-secret' },
    });
    assert.deepEqual(application({ ...whole, clientSecret: '', clientCertificate: 'PEM', clientKey: '' }), {
      clientKey: 'no-client-key',
    });
    assert.deepEqual(application({ ...whole, clientSecret: '', clientCertificate: 'PEM', clientKey: '__PWRD__' }), {});
    for (const tokenUrl of ['http://login.example.com/token', 'x', 'https://a:b@login.example.com/']) {
      assert.deepEqual(application({ ...whole, tokenUrl }), { tokenUrl: 'bad-token-url' }, tokenUrl);
    }
    for (const tokenUrl of ['https://adfs.example.com/adfs/oauth2/token', 'http://127.0.0.1:1/token', '${URL}']) {
      assert.deepEqual(application({ ...whole, tenant: '', tokenUrl }), {}, tokenUrl);
    }
    assert.deepEqual(application({ ...whole, tenant: '', tokenUrl: 'https://x.example/{tenant}/' }), {
      tenant: 'no-tenant',
    });
    const bearer = { server: 'url', url, auth: 'bearer', username: '' };
    assert.deepEqual({ ...dialog.problemsOf('ews-account', { ...bearer, token: '' }, around) }, { token: 'no-token' });
    assert.deepEqual({ ...dialog.problemsOf('ews-account', bearer, around) }, {});
  });

  it('find by which address a server could be found', () => {
    const found = (values: object) => ({
      ...dialog.problemsOf('ews-account', { server: 'autodiscover', auth: 'basic', password: 'p', ...values }, around),
    });
    assert.deepEqual(found({ email: 'me@example.com', username: 'me' }), {});
    assert.deepEqual(found({ email: '', username: 'me@example.com' }), {});
    assert.deepEqual(found({ email: '', username: 'CORP\\me' }), { email: 'no-email' });
    assert.deepEqual(found({ email: '', username: undefined }), {});
    assert.deepEqual(found({ email: '', username: 'me@example.com', auth: 'bearer' }), { email: 'no-email' });
  });

  it('take all folders of another’s mailbox for an application, which opens it in its owner’s name', () => {
    const values = { mailbox: 'other@example.com', allFolders: true };
    assert.deepEqual(found(values), { allFolders: 'delegate-all-folders' });
    assert.deepEqual(found(values, { application: true }), {});
    assert.deepEqual(found({}, { email: '', application: true }), { access: 'impersonate-nobody' });
  });
});
