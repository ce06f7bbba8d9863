import assert from 'node:assert/strict';
import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { findItem } from '../../dist/src/protocol/find-item.js';
import { getEvents } from '../../dist/src/protocol/get-events.js';
import { getFolder } from '../../dist/src/protocol/get-folder.js';
import { getItem } from '../../dist/src/protocol/get-item.js';
import { subscribe } from '../../dist/src/protocol/subscribe.js';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { readFixture } from '../support/fixture.js';
import { read } from './envelopes.js';
import { refusal } from './refusal.js';

const response = (name: string) => readFixture('captures', 'grommunio', `${name}.response.xml`);

// Ids of the mailbox that was recorded, by what they stand for.
const PREFIX = 'AAAAAEJ+pDqf3XRNttEYakd0Uk8';
const INBOX = { id: `${PREFIX}BAAEAAAClGHtvvNzqHtA8VlcAAAAAAA0AAAI=` };
const DRAFTS = { id: `${PREFIX}BAAEAAAClGHtvvNzqHtA8VlcAAAAAAA4AAAI=` };
const TOP = { id: `${PREFIX}BAAEAAAClGHtvvNzqHtA8VlcAAAAAAAkAAAI=` };

/** The kinds and ids of the events in a document, in their order, found without the code under test. */
function eventsIn(document: string): string[] {
  return [...document.matchAll(/<t:(\w+)Event>.*?<t:(?:Item|Folder)Id Id="(.*?)".*?<\/t:\1Event>/gs)].map(
    ([, type, id]) => `${type} ${id}`,
  );
}

describe('captured answers of grommunio', () => {
  it('to Subscribe: an id and no watermark', () => {
    const ids = [
      '01-subscribe-streaming-all-folders',
      '02-subscribe-streaming-inbox',
      '03-subscribe-pull-inbox',
      '04-subscribe-streaming-inbox-newmail-only',
      '10-subscribe-before-reconnect',
      '14-subscribe',
    ].map((name) => {
      const { subscriptionId, ...rest } = read(subscribe, response(name));
      assert.deepEqual(rest, {});
      assert.ok(response(name).includes(`>${subscriptionId}<`));
      return subscriptionId;
    });
    assert.equal(new Set(ids).size, ids.length);
  });

  it('to Unsubscribe', () => {
    for (const name of ['09-unsubscribe-1', '09-unsubscribe-2', '09-unsubscribe-3', '09-unsubscribe-4']) {
      read(unsubscribe, response(name));
    }
    for (const name of ['13-unsubscribe', '17-unsubscribe']) read(unsubscribe, response(name));
  });

  it('say what server it is', () => {
    assert.deepEqual(readEnvelope(response('09-unsubscribe-1')).server, { build: '15.0.847', version: 'V2017_07_11' });
  });

  it('to GetEvents: nothing happened, in a message named m:x', () => {
    for (const [name, subscriptionId] of [
      ['03-getevents-nothing-happened', 'AQAAAAoAAAA='],
      ['16-getevents-of-that-subscription', undefined],
      ['39-getevents-backlog-page3', undefined],
    ] as const) {
      const notification = read(getEvents, response(name));
      if (subscriptionId !== undefined) assert.equal(notification.subscriptionId, subscriptionId);
      const { subscriptionId: _, ...rest } = notification;
      assert.deepEqual(rest, { moreEvents: false, events: [], heartbeat: true });
    }
  });

  it('to GetEvents: every event in its order, without watermarks and change keys', () => {
    for (const [name, count] of [
      ['08-getevents-pull-inbox-whole-history', 10],
      ['37-getevents-backlog-page1', 50],
      ['62-getevents-all-create', 2],
      ['64-getevents-all-copy', 2],
      ['66-getevents-all-move', 3],
      ['68-getevents-all-harddelete', 2],
      ['70-getevents-all-createfolder', 2],
      ['72-getevents-all-movefolder', 3],
    ] as const) {
      const { events, watermark, heartbeat } = read(getEvents, response(name));
      const seen = events.map(
        (event) => `${event.eventType} ${('itemId' in event ? event.itemId : event.folderId).id}`,
      );
      assert.equal(seen.length, count, name);
      assert.deepEqual(seen, eventsIn(response(name)), name);
      assert.equal(watermark, undefined);
      assert.equal(heartbeat, false);
      assert.ok(events.every(({ timeStamp }) => /^2026-11-22T\d\d:\d\d:\d\d\.\d{9}Z$/.test(timeStamp)));
    }
  });

  it('to GetEvents: more events wait', () => {
    assert.equal(read(getEvents, response('37-getevents-backlog-page1')).moreEvents, true);
    assert.equal(read(getEvents, response('08-getevents-pull-inbox-whole-history')).moreEvents, false);
  });

  it('to GetEvents: an item was moved, with its old ids', () => {
    assert.deepEqual(read(getEvents, response('66-getevents-all-move')), {
      subscriptionId: 'BQAAAAoAAAA=',
      moreEvents: false,
      heartbeat: false,
      events: [
        {
          eventType: 'Moved',
          timeStamp: '2026-11-22T17:20:06.547737622Z',
          itemId: { id: `${PREFIX}HAAEAAAClGHtvvNzqHtA8VlcAAAAAAA4AAAEAAAClGHtvvNzqHtA8VlcAAAAEAAQAAAM=` },
          parentFolderId: DRAFTS,
          oldItemId: { id: `${PREFIX}HAAEAAAClGHtvvNzqHtA8VlcAAAAAAA0AAAEAAAClGHtvvNzqHtA8VlcAAAADACoAAAM=` },
          oldParentFolderId: INBOX,
        },
        {
          eventType: 'Modified',
          timeStamp: '2026-11-22T17:20:06.547779558Z',
          folderId: INBOX,
          parentFolderId: TOP,
          unreadCount: 3,
        },
        {
          eventType: 'Modified',
          timeStamp: '2026-11-22T17:20:06.547792627Z',
          folderId: DRAFTS,
          parentFolderId: TOP,
          unreadCount: 0,
        },
      ],
    });
  });

  it('to GetEvents: a folder was moved', () => {
    const moved = { id: `${PREFIX}BAAEAAAClGHtvvNzqHtA8VlcAAAAeAAAAAAI=` };
    assert.deepEqual(read(getEvents, response('72-getevents-all-movefolder')).events[0], {
      eventType: 'Moved',
      timeStamp: '2026-11-22T17:20:07.525689796Z',
      folderId: moved,
      parentFolderId: DRAFTS,
      oldFolderId: moved,
      oldParentFolderId: INBOX,
    });
  });

  it('to GetEvents: an unknown subscription', () => {
    const error = refusal(
      () => read(getEvents, response('02-getevents-unknown-subscription')),
      'ErrorInvalidSubscription',
      /E-3202: invalid subscription/,
    );
    assert.equal(error.action, 'resubscribe');
  });

  it('to GetEvents: a fault, and the stray second response behind it', () => {
    const both = response('03-getevents-garbage-subscription');
    const cut = both.indexOf('HTTP/1.1');
    const error = refusal(
      () => read(getEvents, both.slice(0, cut)),
      'ErrorInvalidSubscription',
      /E-3201: invalid subscription ID/,
    );
    assert.equal(error.action, 'resubscribe');
    const stray = both.slice(both.indexOf('<?xml', cut));
    refusal(() => read(getEvents, stray), 'EWS_MALFORMED', /it is <GetEvents>, not <GetEventsResponse>/);
    refusal(() => read(getEvents, both), 'EWS_MALFORMED', /text outside the root element/);
  });

  it('to GetFolder', () => {
    assert.deepEqual(read(getFolder, response('50-getfolder-inbox')), [
      {
        folder: {
          kind: 'Folder',
          folderId: { ...INBOX, changeKey: 'AQAAAKUYe2+83Ooe0DxWVwAAAAAALw==' },
          displayName: 'Inbox',
          totalCount: 36,
          childFolderCount: 0,
          unreadCount: 3,
        },
      },
    ]);
  });

  it('to FindItem', () => {
    const { items, ...rest } = read(findItem, response('53-finditem-inbox'));
    assert.deepEqual(rest, { nextOffset: 5, totalCount: 36 });
    assert.equal(items.length, 5);
    assert.deepEqual(
      items.map(({ subject }) => subject),
      [...response('53-finditem-inbox').matchAll(/<t:Subject>(.*?)</g)].map(([, subject]) => subject),
    );
    const bob = { name: 'bob@example.test', emailAddress: 'bob@example.test', routingType: 'SMTP' };
    assert.deepEqual(items[1], {
      kind: 'Message',
      itemId: {
        id: `${PREFIX}HAAEAAAClGHtvvNzqHtA8VlcAAAAAAA0AAAEAAAClGHtvvNzqHtA8VlcAAAADAAEAAAM=`,
        changeKey: 'AQAAAKUYe2+83Ooe0DxWVwAAAAAAHw==',
      },
      itemClass: 'IPM.Note',
      subject: 'smtp delivered 3',
      sensitivity: 'Normal',
      size: 2832,
      hasAttachments: false,
      dateTimeReceived: '2026-11-22T17:18:30Z',
      dateTimeSent: '2026-11-22T17:18:30Z',
      dateTimeCreated: '2026-11-22T17:18:30Z',
      sender: bob,
      from: bob,
    });
  });

  it('to GetItem', () => {
    for (const [name, subject] of [
      ['54-getitem', 'get me'],
      ['36-getitem-nonexistent', 'first message'],
    ] as const) {
      const [result] = read(getItem, response(name));
      assert.ok(result && 'item' in result);
      assert.equal(result.item.subject, subject);
      assert.equal(result.item.from?.emailAddress, 'alice@example.test');
    }
  });
});
