import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const accountId = 'compat-account';
const eventTypes = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied'];

/** Where the flow puts its messages, a line of JSON each. */
export const eventsFile = {
  path: (userDir) => join(userDir, 'events.jsonl'),
  read(userDir) {
    if (!existsSync(this.path(userDir))) return [];
    // What follows the last line end is still being written.
    return readFileSync(this.path(userDir), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  },
};

const deliveries = ['pull', 'streaming', 'push'];

/** ews-pull, ews-stream and ews-push-in from the sandbox into a file; only core nodes besides. */
export function compatFlow(userDir) {
  const tab = 'compat-tab';
  const place = (id, type, rest) => ({ id, type, z: tab, x: 100, y: 100, wires: [], ...rest });
  const watch = {
    name: '',
    account: accountId,
    mailbox: '',
    access: 'delegate',
    allFolders: false,
    folders: [{ id: 'inbox', name: 'Inbox' }],
    events: eventTypes,
    output: 'event',
    missed: 'recover',
    store: '',
    source: 'self',
    wires: [['compat-line']],
  };
  return [
    { id: tab, type: 'tab', label: 'compat', disabled: false, info: '' },
    { id: accountId, type: 'ews-account', name: 'Sandbox', server: 'sandbox' },
    place('compat-pull', 'ews-pull', { ...watch, interval: '1', subscriptionTimeout: '10' }),
    place('compat-stream', 'ews-stream', { ...watch, connectionTimeout: '30' }),
    place('compat-push', 'ews-push-in', { ...watch, path: '', publicUrl: '', statusFrequency: '5' }),
    place('compat-line', 'function', {
      func: 'return { payload: JSON.stringify({ topic: msg.topic, payload: msg.payload, ews: msg.ews }) };',
      outputs: 1,
      wires: [['compat-file']],
    }),
    place('compat-file', 'file', {
      filename: eventsFile.path(userDir),
      filenameType: 'str',
      appendNewline: true,
      createDir: false,
      overwriteFile: 'false',
      encoding: 'none',
      wires: [[]],
    }),
  ];
}

/** Whether each way of delivery has brought something. */
export function areComplete(events) {
  return deliveries.every((delivery) => events.some(({ ews }) => ews.delivery === delivery));
}

/** The message that README.md promises. */
export function assertEvents(events) {
  for (const { topic, payload, ews } of events) {
    assert.ok(eventTypes.includes(topic), `topic ${topic}`);
    assert.equal(payload.eventType, topic);
    assert.equal(new Date(payload.timeStamp).toISOString().slice(0, 19), payload.timeStamp.slice(0, 19));
    assertId(payload.itemId ?? payload.folderId);
    assertId(payload.parentFolderId);
    assert.equal(ews.account, accountId);
    assert.equal(ews.accountName, 'Sandbox');
    assert.match(ews.mailbox, /@/);
    assert.ok(deliveries.includes(ews.delivery), `delivery ${ews.delivery}`);
    assert.equal(ews.recovered, false);
    assert.ok(typeof ews.subscriptionId === 'string' && ews.subscriptionId !== '');
  }
}

function assertId(value) {
  assert.equal(typeof value?.id, 'string');
  assert.notEqual(value.id, '');
}
