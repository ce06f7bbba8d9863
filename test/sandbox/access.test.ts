import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { Client } from './client.js';
import { brief } from './events.js';

const OTHER = 'other@sandbox.example';

describe('sandbox: access to the mailboxes of others', () => {
  let sandbox: Sandbox;
  let client: Client;

  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.addMailbox(OTHER);
    client = new Client(sandbox);
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  const othersInbox = { scope: { folders: [{ id: 'inbox' }], mailbox: OTHER } };

  it('is refused without rights, by name and by id', async () => {
    await assert.rejects(client.subscribe(othersInbox), { code: 'ErrorAccessDenied' });
    const { id } = sandbox.mailbox(OTHER).folder('inbox');
    await assert.rejects(client.subscribe({ scope: { folders: [{ id }] } }), { code: 'ErrorAccessDenied' });
  });

  it('is given to a delegate, until it is taken away', async () => {
    sandbox.allowDelegate(OTHER, sandbox.user);
    const { subscriptionId, watermark } = await client.subscribe(othersInbox);
    sandbox.mailbox(OTHER).deliver();
    assert.deepEqual(brief((await client.getEvents(subscriptionId, watermark)).events).length, 3);
    sandbox.revokeDelegate(OTHER, sandbox.user);
    await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorAccessDenied' });
    await assert.rejects(client.subscribe(othersInbox), { code: 'ErrorAccessDenied' });
  });

  it('is given to a delegate for single folders', async () => {
    const mailbox = sandbox.mailbox(OTHER);
    const projects = mailbox.createFolder('Projects');
    sandbox.allowDelegate(OTHER, sandbox.user, ['inbox']);
    const { subscriptionId, watermark } = await client.subscribe(othersInbox);
    const visible = mailbox.deliver();
    const hidden = mailbox.create({}, 'drafts');
    assert.equal((await client.getEvents(subscriptionId, watermark)).events.length, 3);
    for (const id of ['drafts', projects.id]) {
      const both = { scope: { folders: [{ id: 'inbox' }, { id }], mailbox: OTHER } };
      await assert.rejects(client.subscribe(both), { code: 'ErrorAccessDenied' });
    }
    const ids = [visible, hidden].map(({ id }) => `<t:ItemId Id="${id}"/>`).join('');
    const { body } = await client.send(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`,
    );
    assert.deepEqual(
      [...body.matchAll(/<m:ResponseCode>(\w+)/g)].map(([, code]) => code),
      ['NoError', 'ErrorAccessDenied'],
    );

    sandbox.allowDelegate(OTHER, sandbox.user, [projects.id]);
    await client.subscribe({ scope: { folders: [{ id: 'inbox' }, { id: projects.id }], mailbox: OTHER } });
    sandbox.revokeDelegate(OTHER, sandbox.user);
    await assert.rejects(client.subscribe(othersInbox), { code: 'ErrorAccessDenied' });
  });

  it('means the own mailbox when a delegate subscribes to all folders', async () => {
    sandbox.allowDelegate(OTHER, sandbox.user);
    const { subscriptionId, watermark } = await client.subscribe({ scope: { allFolders: true } });
    sandbox.mailbox(OTHER).deliver();
    assert.deepEqual((await client.getEvents(subscriptionId, watermark)).events, []);
  });

  it('is given by impersonation, to everybody or to some', async () => {
    const as = (address: string) => new Client(sandbox, { header: { impersonate: { primarySmtpAddress: address } } });
    const other = as(OTHER);
    const nobody = as('nobody@sandbox.example');
    await assert.rejects(other.subscribe(), { code: 'ErrorImpersonateUserDenied' });
    sandbox.allowImpersonation(sandbox.user, ['third@sandbox.example']);
    await assert.rejects(other.subscribe(), { code: 'ErrorImpersonateUserDenied' });
    sandbox.allowImpersonation(sandbox.user);
    await assert.rejects(nobody.subscribe(), { code: 'ErrorNonExistentMailbox' });
    const { subscriptionId, watermark } = await other.subscribe();
    sandbox.mailbox(OTHER).deliver();
    assert.equal((await other.getEvents(subscriptionId, watermark)).events.length, 3);
    sandbox.revokeImpersonation(sandbox.user);
    await assert.rejects(other.getEvents(subscriptionId, watermark), { code: 'ErrorImpersonateUserDenied' });
    await Promise.all([other.close(), nobody.close()]);
  });

  it('charges a subscription to the mailbox that is impersonated', async () => {
    await sandbox.close();
    sandbox = await startSandbox({ limits: { subscriptionsPerMailbox: 1 } });
    sandbox.addMailbox(OTHER);
    sandbox.allowImpersonation(sandbox.user);
    const own = new Client(sandbox);
    const other = new Client(sandbox, { header: { impersonate: { smtpAddress: OTHER } } });
    await own.subscribe();
    await other.subscribe();
    await assert.rejects(own.subscribe(), { code: 'ErrorExceededSubscriptionCount' });
    await assert.rejects(other.subscribe(), { code: 'ErrorExceededSubscriptionCount' });
    await Promise.all([own.close(), other.close()]);
  });

  it('ends with the password, and with the mailbox', async () => {
    const status = async () =>
      (await client.send('<m:Unsubscribe><m:SubscriptionId>x</m:SubscriptionId></m:Unsubscribe>')).status;
    assert.equal(await status(), 200);
    sandbox.setPassword(sandbox.user, 'changed');
    assert.equal(await status(), 401);
    sandbox.setPassword(sandbox.user, sandbox.password);
    sandbox.removeMailbox(OTHER);
    await assert.rejects(client.subscribe(othersInbox), { code: 'ErrorNonExistentMailbox' });
    assert.throws(() => sandbox.mailbox(OTHER), /no mailbox/);
  });
});
