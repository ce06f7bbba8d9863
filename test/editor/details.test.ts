import assert from 'node:assert/strict';
import { flowWith } from './support/flows.js';
import { withEditor } from './support/with-editor.js';

describe('what messages hold, in a dialog', () => {
  const editor = withEditor();

  it('is there after a deploy as it was entered', async () => {
    for (const type of ['ews-pull', 'ews-stream', 'ews-push-in'] as const) {
      await editor().begin(flowWith(type));
      const dialog = await editor().edit('node');
      assert.ok(!(await dialog.row('bodyType').isVisible()));
      await dialog.fill({ include: 'body', bodyType: 'html', calm: '30' });
      await dialog.form.getByRole('button', { name: 'Add a rule' }).click();
      await dialog.form.getByLabel('Property').selectOption('isRead');
      await dialog.form.getByLabel('Value').selectOption('false');
      await dialog.form.getByRole('button', { name: 'Add a rule' }).click();
      await dialog.form.getByLabel('Value').last().fill('invoice');
      await editor().look(`${type}-details`);
      await dialog.done();
      await editor().deploy();

      const expected = [
        { property: 'isRead', test: 'is', value: 'false' },
        { property: 'subject', test: 'contains', value: 'invoice' },
      ];
      const { include, bodyType, calm, filter } = await editor().red.deployed('node');
      assert.deepEqual([include, bodyType, calm, filter], ['body', 'html', '30', expected]);
      await editor().load();
      const again = await editor().edit('node');
      assert.deepEqual(await again.values('include', 'bodyType', 'calm'), { include, bodyType, calm });
      assert.equal(await again.form.locator('.ews-filter-rule').count(), 2);
      await again.done();
      assert.equal(await editor().page.evaluate(() => RED.nodes.dirty()), false, 'nothing was changed');
    }
  });

  it('is as the node that receives is set, unless ews-subscribe says otherwise', async () => {
    await editor().begin(flowWith('ews-subscribe'));
    const dialog = await editor().edit('node');
    assert.deepEqual(await dialog.values('include', 'calm'), { include: '', calm: '' });
    assert.ok(!(await dialog.row('bodyType').isVisible()));
    await dialog.openGroups();
    assert.match((await dialog.notes('hint')).join(), /those of the node that receives/);
    await dialog.fill({ include: 'body', calm: '3601' });
    assert.deepEqual(await dialog.values('bodyType'), { bodyType: '' });
    assert.match((await dialog.notes('problem')).join(), /from 0 to 3600/);
    await dialog.fill({ bodyType: 'html', calm: '30' });
    await dialog.form.getByRole('button', { name: 'Add a rule' }).click();
    await dialog.form.getByLabel('Value').fill('invoice');
    await editor().look('ews-subscribe-details');
    await dialog.done();
    await editor().deploy();

    const { include, bodyType, calm, filter } = await editor().red.deployed('node');
    const rule = { property: 'subject', test: 'contains', value: 'invoice' };
    assert.deepEqual([include, bodyType, calm, filter], ['body', 'html', '30', [rule]]);
    await editor().load();
    const again = await editor().edit('node');
    assert.deepEqual(await again.values('include', 'bodyType', 'calm'), { include, bodyType, calm });
    await again.done();
    assert.equal(await editor().page.evaluate(() => RED.nodes.dirty()), false, 'nothing was changed');
  });

  it('of ews-item needs no account, as its messages bring one', async () => {
    await editor().begin(flowWith('ews-pull'));
    const id = await editor().drag('ews-item');
    const dialog = await editor().edit(id);
    await dialog.fill({ include: 'mime', maxSize: '101' });
    assert.match((await dialog.notes('problem')).join(), /from 1 to 100/);
    await dialog.fill({ maxSize: '50' });
    await editor().look('ews-item');
    await dialog.done();
    const { include, maxSize } = await editor().node(id);
    assert.deepEqual([include, maxSize], ['mime', '50']);
    assert.deepEqual(await editor().errors(id), []);
  });
});
