import assert from 'node:assert/strict';
import type { BrowsedFolder, BrowsedFolders } from '../../dist/src/subscriptions/folder-browser.js';
import { startSandbox } from '../../dist/src/sandbox/sandbox.js';
import { ask, asked } from '../support/admin-questions.js';
import { answerXml, serve } from '../support/http-server.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const OWNER = 'owner@sandbox.example';

describe('browsing folders', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  beforeEach(() => {
    lab = current();
  });

  async function browse(more: object = {}, account = lab.account()): Promise<BrowsedFolders & { text?: string }> {
    const { status, text } = await ask(lab.red, 'ews-account/folders', { ...asked(account), ...more });
    assert.equal(status, 200, text);
    return JSON.parse(text) as BrowsedFolders;
  }
  const named = (folders: readonly BrowsedFolder[], name: string) => {
    const folder = folders.find((one) => one.name === name);
    assert.ok(folder, `no folder ${name}`);
    return folder;
  };

  it('tells the folders at the top, with what is in them, and those that have a name in every mailbox by it', async () => {
    const mailbox = lab.sandbox.mailbox();
    const projects = mailbox.createFolder('Projects');
    mailbox.createFolder('Alpha', projects);
    mailbox.deliver();
    mailbox.markRead(mailbox.deliver());
    const { folders } = await browse();
    const { id, ...inbox } = named(folders, 'Inbox');
    assert.equal(id, mailbox.folder('inbox').id);
    assert.deepEqual(inbox, {
      ...{ name: 'Inbox', distinguished: 'inbox', folderClass: 'IPF.Note', total: 2, unread: 1, children: 0 },
    });
    assert.equal(named(folders, 'Calendar').folderClass, 'IPF.Appointment');
    assert.equal(named(folders, 'Projects').distinguished, undefined);
    assert.equal(named(folders, 'Projects').children, 1);

    const below = await browse({ parent: projects.id });
    assert.deepEqual(
      below.folders.map(({ name }) => name),
      ['Alpha'],
    );
  });

  it('tells a long level in pages', async () => {
    const mailbox = lab.sandbox.mailbox();
    const many = mailbox.createFolder('Many');
    for (let at = 0; at < 250; at += 1) mailbox.createFolder(`Folder ${at}`, many);
    const first = await browse({ parent: many.id });
    assert.equal(first.folders.length, 200);
    assert.equal(first.nextOffset, 200);
    const second = await browse({ parent: many.id, offset: 200 });
    assert.equal(second.nextOffset, undefined);
    assert.equal(new Set([...first.folders, ...second.folders].map(({ id }) => id)).size, 250);
  });

  it('finds folders anywhere by a part of their names, and says where they are', async () => {
    const mailbox = lab.sandbox.mailbox();
    const projects = mailbox.createFolder('Projects');
    const alpha = mailbox.createFolder('Alpha', projects);
    mailbox.createFolder('Invoices', alpha);
    mailbox.createFolder('old INVOICES');
    const { folders, cut } = await browse({ search: 'invoices' });
    const found = folders.map(({ name, path }) => [...path!, name].join('/')).sort();
    assert.deepEqual(found, ['Projects/Alpha/Invoices', 'old INVOICES']);
    assert.equal(cut, false);
    const inbox = await browse({ search: 'inbox' });
    assert.deepEqual(
      inbox.folders.map(({ distinguished }) => distinguished),
      ['inbox'],
    );
    assert.deepEqual((await browse({ search: 'nowhere' })).folders, []);
  });

  it('opens another’s mailbox as a delegate', async () => {
    const mailbox = lab.sandbox.addMailbox(OWNER);
    mailbox.createFolder('Of the owner');
    assert.match((await browse({ mailbox: OWNER })).text!, /access|denied|right/i);
    lab.sandbox.allowDelegate(OWNER, lab.sandbox.user);
    const { folders } = await browse({ mailbox: OWNER });
    assert.equal(named(folders, 'Inbox').id, mailbox.folder('inbox').id);
    named(folders, 'Of the owner');
  });

  it('tells the folders that a delegate may open where that is not the whole mailbox', async () => {
    const mailbox = lab.sandbox.addMailbox(OWNER);
    lab.sandbox.allowDelegate(OWNER, lab.sandbox.user, ['inbox', 'calendar']);
    const { folders, partial } = await browse({ mailbox: OWNER });
    assert.equal(partial, true);
    assert.deepEqual(
      folders.map(({ distinguished }) => distinguished),
      ['inbox', 'calendar'],
    );
    assert.equal(folders[0]!.id, mailbox.folder('inbox').id);
  });

  it('opens another’s mailbox by impersonation', async () => {
    const mailbox = lab.sandbox.addMailbox(OWNER);
    const question = { mailbox: OWNER, access: 'impersonate' };
    assert.match((await browse(question)).text!, /ApplicationImpersonation/);
    lab.sandbox.allowImpersonation(lab.sandbox.user);
    const { folders } = await browse(question);
    assert.equal(named(folders, 'Inbox').id, mailbox.folder('inbox').id);
  });

  it('uses the connections of the account where that is deployed as it is', async () => {
    await lab.connect();
    const { id } = lab.account();
    const { folders } = await browse(
      {},
      { ...lab.account(), credentials: { username: lab.sandbox.user, password: '__PWRD__' } },
    );
    named(folders, 'Inbox');
    const { status } = await ask(lab.red, 'ews-account/folders', { id });
    assert.equal(status, 200);
    // The nodes go on all the same.
    await lab.assertExactly(lab.deliver(2));
  });

  it('does not try a deployed password again that the server has refused', async () => {
    const credentials = { username: lab.sandbox.user, password: 'wrong' };
    await lab.red.deploy(lab.flow({}, { credentials }));
    await lab.red.until(() => lab.red.status(lab.id('pull')).text === 'wrong password');
    const before = lab.responses.length;
    const { text } = await browse({}, lab.account({ credentials }));
    assert.match(text!, /refuses the user name or the password/);
    assert.equal(lab.responses.length, before);
  });

  it('browses grommunio', async () => {
    const grommunio = await startSandbox({ character: 'grommunio' });
    try {
      grommunio.mailbox().createFolder('Mine');
      const { url, user: username, password } = grommunio;
      const { folders } = await browse({}, lab.account({ url, credentials: { username, password } }));
      named(folders, 'Mine');
      assert.equal(named(folders, 'Inbox').distinguished, 'inbox');
    } finally {
      await grommunio.close();
    }
  });

  it('says in words what goes wrong', async () => {
    const server = await serve((_request, response) => answerXml(response, '<a><b></a>'));
    const gone = await serve(() => undefined);
    await gone.close();
    try {
      assert.match((await browse({}, lab.account({ url: gone.origin }))).text!, /refuses connections/);
      assert.match((await browse({}, lab.account({ url: server.origin }))).text!, /not well-formed|XML/);
      assert.match((await browse({ mailbox: 'nobody' })).text!, /e-mail address/);
      assert.match((await browse({ mailbox: 'nobody@sandbox.example' })).text!, /no mailbox associated with it\.$/);
      assert.match((await browse({ parent: 'A'.repeat(40) })).text!, /Id is malformed/);
      assert.match((await browse({}, lab.account({ url: 'x' }))).text!, /must be a URL/);
    } finally {
      await server.close();
    }
  });

  it('takes no nonsense for a place', async () => {
    for (const more of [{ offset: -1 }, { offset: 1.5 }, { parent: 'A'.repeat(2000) }, { search: 'a'.repeat(300) }]) {
      const { status } = await ask(lab.red, 'ews-account/folders', { ...asked(lab.account()), ...more });
      assert.equal(status, 400, JSON.stringify(more).slice(0, 40));
    }
  });
});
