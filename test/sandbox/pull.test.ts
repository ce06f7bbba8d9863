import assert from 'node:assert/strict';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import type { SandboxOptions } from '../../dist/src/sandbox/sandbox-options.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client } from './client.js';
import { brief } from './events.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('sandbox: pull', () => {
  const clock = new ManualClock('2026-03-02T08:00:00Z');
  let sandbox: Sandbox;
  let client: Client;

  async function start(options: SandboxOptions = {}): Promise<void> {
    sandbox = await startSandbox({ clock, ...options });
    client = new Client(sandbox);
  }

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  it('tells of new mail, with its id and the time of the clock', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe({ scope: { folders: [{ id: 'inbox' }] } });
    const item = sandbox.mailbox().deliver({ subject: 'Hello' });
    const { events, previousWatermark, moreEvents } = await client.getEvents(subscriptionId, watermark);
    assert.deepEqual(brief(events), ['Created item', 'NewMail item', 'Modified folder 1']);
    assert.equal(previousWatermark, watermark);
    assert.equal(moreEvents, false);
    const [created] = events;
    assert.ok(created && 'itemId' in created);
    assert.equal(created.itemId.id, item.id);
    assert.equal(created.parentFolderId.id, sandbox.mailbox().folder('inbox').id);
    assert.equal(created.timeStamp, '2026-03-02T08:00:00Z');
  });

  it('answers with a StatusEvent when nothing has happened', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe();
    const answer = await client.getEvents(subscriptionId, watermark);
    assert.equal(answer.heartbeat, true);
    assert.deepEqual(answer.events, []);
    assert.equal(answer.watermark, watermark);
  });

  it('gives 50 events at a time, and says that there are more', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe({ events: ['NewMail'] });
    const ids = Array.from({ length: 120 }, () => sandbox.mailbox().deliver().id);
    const sizes: number[] = [];
    const seen: string[] = [];
    let next = watermark;
    for (let more = true; more;) {
      const { events, moreEvents, watermark: last, previousWatermark } = await client.getEvents(subscriptionId, next);
      assert.equal(previousWatermark, next);
      sizes.push(events.length);
      for (const event of events) if ('itemId' in event) seen.push(event.itemId.id);
      next = last;
      more = moreEvents;
    }
    assert.deepEqual(sizes, [50, 50, 20]);
    assert.deepEqual(seen, ids);
  });

  it('goes on behind events of a lost answer, and PreviousWatermark shows it', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe({ events: ['NewMail'] });
    sandbox.mailbox().deliver();
    const lost = await client.getEvents(subscriptionId, watermark);
    sandbox.mailbox().deliver();
    const answer = await client.getEvents(subscriptionId, watermark);
    assert.equal(answer.previousWatermark, lost.watermark);
    assert.equal(answer.events.length, 1);
  });

  it('resumes a new subscription from a watermark of an old one', async () => {
    await start();
    const old = await client.subscribe({ events: ['NewMail'] });
    sandbox.mailbox().deliver();
    const { watermark } = await client.getEvents(old.subscriptionId, old.watermark);
    await client.unsubscribe(old.subscriptionId);
    const missed = sandbox.mailbox().deliver();
    const renewed = await client.subscribe({ events: ['NewMail'], watermark });
    assert.equal(renewed.watermark, watermark);
    const { events } = await client.getEvents(renewed.subscriptionId, renewed.watermark);
    assert.deepEqual(
      events.map((event) => 'itemId' in event && event.itemId.id),
      [missed.id],
    );
  });

  it('refuses watermarks that are made up, of another mailbox, from the future or void', async () => {
    await start();
    sandbox.addMailbox('other@sandbox.example');
    const other = new Client(sandbox, { user: 'other@sandbox.example' });
    const { watermark: foreign } = await other.subscribe();
    await other.close();
    const { subscriptionId, watermark } = await client.subscribe();
    for (const wrong of ['AAAAAAAAAAA=', 'rubbish', foreign]) {
      await assert.rejects(client.subscribe({ watermark: wrong }), { code: 'ErrorInvalidWatermark' });
      await assert.rejects(client.getEvents(subscriptionId, wrong), { code: 'ErrorInvalidWatermark' });
    }
    sandbox.moveMailbox();
    await assert.rejects(client.subscribe({ watermark }), { code: 'ErrorInvalidWatermark' });
  });

  it('forgets the history after so many events or days', async () => {
    await start({ limits: { historyEvents: 9 } });
    const { watermark } = await client.subscribe();
    for (let mail = 0; mail < 3; mail++) sandbox.mailbox().deliver();
    const kept = await client.subscribe({ watermark });
    sandbox.mailbox().deliver();
    await assert.rejects(client.subscribe({ watermark }), { code: 'ErrorInvalidWatermark' });
    await assert.rejects(client.getEvents(kept.subscriptionId, kept.watermark), { code: 'ErrorInvalidWatermark' });
    const fresh = await client.subscribe();
    sandbox.mailbox().deliver();
    await clock.advance(29 * DAY);
    await client.subscribe({ watermark: fresh.watermark });
    await clock.advance(2 * DAY);
    await assert.rejects(client.subscribe({ watermark: fresh.watermark }), { code: 'ErrorInvalidWatermark' });
  });

  it('lets a subscription expire that nobody asks, and forgets it after a while', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe({ timeoutMinutes: 2 });
    await clock.advance(MINUTE);
    await client.getEvents(subscriptionId, watermark);
    await clock.advance(1.9 * MINUTE);
    await client.getEvents(subscriptionId, watermark);
    await clock.advance(2 * MINUTE);
    await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorExpiredSubscription' });
    await clock.advance(MINUTE);
    await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorSubscriptionNotFound' });
    assert.equal(sandbox.subscriptionCount, 0);
  });

  it('has a budget of subscriptions for a mailbox, in which expired ones do not count', async () => {
    await start({ limits: { subscriptionsPerMailbox: 2 } });
    await client.subscribe({ timeoutMinutes: 1 });
    const kept = await client.subscribe();
    await assert.rejects(client.subscribe(), { code: 'ErrorExceededSubscriptionCount' });
    await clock.advance(MINUTE);
    await client.subscribe();
    await assert.rejects(client.subscribe(), { code: 'ErrorExceededSubscriptionCount' });
    await client.unsubscribe(kept.subscriptionId);
    await client.subscribe();
  });

  it('knows whose a subscription is, and of which kind', async () => {
    await start();
    sandbox.addMailbox('other@sandbox.example');
    const other = new Client(sandbox, { user: 'other@sandbox.example' });
    const { subscriptionId, watermark } = await client.subscribe();
    await assert.rejects(other.getEvents(subscriptionId, watermark), { code: 'ErrorSubscriptionAccessDenied' });
    await assert.rejects(other.unsubscribe(subscriptionId), { code: 'ErrorSubscriptionAccessDenied' });
    await other.close();
    const streaming = await client.subscribe({ delivery: 'streaming' });
    assert.equal(streaming.watermark, undefined);
    await assert.rejects(client.getEvents(streaming.subscriptionId, watermark), {
      code: 'ErrorInvalidPullSubscriptionId',
    });
    await client.unsubscribe(subscriptionId);
    await assert.rejects(client.unsubscribe(subscriptionId), { code: 'ErrorSubscriptionNotFound' });
  });

  it('watches only the named folders', async () => {
    await start();
    const mailbox = sandbox.mailbox();
    const projects = mailbox.createFolder('Projects');
    const { subscriptionId, watermark } = await client.subscribe({ scope: { folders: [{ id: projects.id }] } });
    const item = mailbox.deliver();
    mailbox.move(item, projects);
    mailbox.deliver();
    const { events } = await client.getEvents(subscriptionId, watermark);
    assert.deepEqual(brief(events), ['Moved item', 'Modified folder 1']);
  });

  it('refuses folders that are not there, of nobody or of two mailboxes', async () => {
    await start();
    const other = sandbox.addMailbox('other@sandbox.example');
    sandbox.allowDelegate('other@sandbox.example', sandbox.user);
    const refused = (scope: Parameters<Client['subscribe']>[0], code: string) =>
      assert.rejects(client.subscribe(scope), { code });
    await refused({ scope: { folders: [{ id: 'publicfoldersroot' }] } }, 'ErrorFolderNotFound');
    await refused({ scope: { folders: [{ id: 'rubbish' }] } }, 'ErrorInvalidIdMalformed');
    await refused({ scope: { folders: [{ id: 'inbox' }], mailbox: 'no@sandbox.example' } }, 'ErrorNonExistentMailbox');
    const folders = [{ id: other.folder('inbox').id }, { id: sandbox.mailbox().folder('inbox').id }];
    await refused({ scope: { folders } }, 'ErrorInvalidSubscriptionRequest');
  });

  it('forgets subscriptions when it restarts, but no watermarks', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe();
    const { url } = sandbox;
    sandbox.mailbox().deliver();
    await sandbox.restart();
    assert.equal(sandbox.url, url);
    await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorSubscriptionNotFound' });
    const renewed = await client.subscribe({ watermark });
    const { events } = await client.getEvents(renewed.subscriptionId, watermark);
    assert.equal(events.length, 3);
  });

  it('cannot do anything with a mailbox that is being moved, and its subscriptions are gone afterwards', async () => {
    await start();
    const { subscriptionId, watermark } = await client.subscribe();
    const { id } = sandbox.mailbox().deliver();
    sandbox.beginMailboxMove();
    await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorMailboxMoveInProgress' });
    await assert.rejects(client.subscribe(), { code: 'ErrorMailboxMoveInProgress' });
    sandbox.endMailboxMove();
    await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorSubscriptionNotFound' });
    assert.equal(sandbox.mailbox().item(id).id, id);
  });
});
