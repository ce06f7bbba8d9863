import assert from 'node:assert/strict';
import { EMPTY_FLOW, flowWith } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

describe('what is wrong', () => {
  const editor = withEditor();

  it('is said below the field while one types, and not when it is mended', async () => {
    await editor().begin(flowWith('ews-pull'));
    const dialog = await editor().edit('node');
    const mailbox = dialog.field('mailbox');
    await mailbox.click();
    await mailbox.pressSequentially('info');
    const said = dialog.row('mailbox').locator('.ews-problem');
    assert.match(await said.innerText(), /^A mailbox is named by its e-mail address/);
    assert.equal(await mailbox.getAttribute('aria-invalid'), 'true');
    assert.equal(await mailbox.getAttribute('aria-describedby'), await said.getAttribute('id'));
    await mailbox.pressSequentially('@example.com');
    assert.equal(await said.count(), 0);
    assert.equal(await mailbox.getAttribute('aria-invalid'), null);
    assert.equal(await mailbox.getAttribute('aria-describedby'), null);
  });

  it('is said of every kind of field', async () => {
    await editor().begin(flowWith('ews-pull', { wires: [[]] }));
    const dialog = await editor().edit('node');
    await dialog.openGroups();
    for (const [property, wrong, sentence] of [
      ['interval', 'often', /^The interval must be a number/],
      ['interval', '0', /^With an interval of 0/],
      ['subscriptionTimeout', '2000', /^How long the server keeps the subscription/],
      ['store', 'nowhere', /^There is no context store of this name/],
    ] as const) {
      const [before = ''] = Object.values(await dialog.values(property));
      await dialog.fill({ [property]: wrong });
      await dialog.field('name').focus();
      assert.match(await dialog.row(property).locator('.ews-problem').innerText(), sentence);
      await dialog.fill({ [property]: before });
      assert.deepEqual(await dialog.notes('problem'), []);
    }
    await dialog.form.getByRole('checkbox', { name: 'New mail' }).uncheck();
    await dialog.field('name').focus();
    assert.deepEqual(await dialog.notes('problem'), ['Choose at least one kind of event.']);
    await dialog.form.locator('.ews-folder-id').fill('Somewhere');
    assert.match(await dialog.row('folders').locator('.ews-problem').innerText(), /^A folder is named by/);
    await dialog.done();
    assert.equal((await editor().errors('node')).length, 2);
  });

  it('of a share is said in words, with what it is for below', async () => {
    await editor().begin(flowWith('ews-stream'));
    const dialog = await editor().edit('node');
    await dialog.openGroups();
    const hint = dialog.row('share').locator('.ews-hint');
    assert.match(await hint.innerText(), /^Several Node-REDs with the same flows share the mailboxes/);
    await dialog.fill({ share: '3/2' });
    await dialog.field('name').focus();
    assert.match(await dialog.row('share').locator('.ews-problem').innerText(), /^A share is written 2\/3/);
    await dialog.fill({ share: '${SHARE}' });
    assert.deepEqual(await dialog.notes('problem'), []);
    assert.match(await hint.innerText(), /^With the position in a file/, 'nobody else can carry it on');
    await dialog.fill({ source: 'input' });
    assert.ok(!(await dialog.row('share').isVisible()), 'what it receives was shared out before');
  });

  it('is a friendly request as long as nobody was in the field', async () => {
    await editor().begin(EMPTY_FLOW);
    const id = await editor().drag('ews-pull');
    const dialog = await editor().edit(id);
    assert.deepEqual(await dialog.notes('problem'), []);
    assert.match((await dialog.notes('hint')).join(), /^Choose an account, or add one/);
    await dialog.field('account').focus();
    await dialog.field('name').focus();
    assert.match((await dialog.notes('problem')).join(), /^Choose an account, or add one/);
    await dialog.done();
    assert.match((await editor().errors(id)).join(), /^Choose an account/, 'the node is marked in any case');
  });

  it('opens the rare settings if it is there', async () => {
    await editor().begin(flowWith('ews-push-in', { statusFrequency: 'x' }));
    const dialog = await editor().edit('node');
    assert.ok(await dialog.row('statusFrequency').locator('.ews-note').isVisible());
  });

  it('of an account is said at the node that uses it', async () => {
    await editor().begin(flowWith('ews-stream', { account: 'account' }));
    const dialog = await editor().edit('node');
    const account = await editor().editFrom(dialog, 'account', 'edit');
    await account.fill({ url: 'mail' });
    await account.done();
    await dialog.field('account').focus();
    await dialog.field('name').focus();
    assert.match(await dialog.row('account').locator('.ews-problem').innerText(), /^The address of EWS must be a URL/);
  });
});
