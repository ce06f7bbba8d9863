import assert from 'node:assert/strict';
import { readXml } from '../../dist/src/protocol/xml-reader.js';
import type { Failure } from '../../dist/src/sandbox/misbehaviour/failure.js';
import { readScript, runScript } from '../../dist/src/sandbox/misbehaviour/script.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/wait.js';
import { Client } from './client.js';

const SECOND = 1000;
const GET_FOLDER =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>' +
  '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';

describe('sandbox: misbehaviour', () => {
  let clock: ManualClock;
  let sandbox: Sandbox;
  let client: Client;

  beforeEach(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ clock });
    client = new Client(sandbox);
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  const getFolder = () => client.send(GET_FOLDER);
  /** The answer with that failure, and what comes after it. */
  async function failing(failure: Failure) {
    sandbox.failNext(failure);
    const failed = await getFolder();
    assert.equal((await getFolder()).status, 200, 'only one request goes wrong');
    return failed;
  }

  it('answers with any code, as a response message or as a fault', async () => {
    const message = await failing({ code: 'ErrorInternalServerError' });
    assert.equal(message.status, 200);
    assert.match(message.body, /<m:GetFolderResponseMessage ResponseClass="Error">.*ErrorInternalServerError/);
    const fault = await failing({ code: 'ErrorServerBusy', fault: true, backOffMs: 1234 });
    assert.equal(fault.status, 500);
    assert.match(fault.body, /<s:Fault>.*<t:Value Name="BackOffMilliseconds">1234<\/t:Value>/);
    const busy = await failing({ code: 'ErrorServerBusy', backOffMs: 1234 });
    assert.match(busy.body, /<m:MessageXml><t:Value Name="BackOffMilliseconds">1234<\/t:Value><\/m:MessageXml>/);
  });

  it('answers with any HTTP status, with Retry-After, and with the page of a proxy', async () => {
    for (const httpStatus of [403, 404, 429, 500, 503]) {
      const { status, headers } = await failing({ httpStatus, retryAfter: 7 });
      assert.equal(status, httpStatus);
      assert.equal(headers['retry-after'], '7');
    }
    const unauthorized = await failing({ httpStatus: 401 });
    assert.match(String(unauthorized.headers['www-authenticate']), /^Basic/);
    const page = await failing({ httpStatus: 200, html: true });
    assert.match(String(page.headers['content-type']), /text\/html/);
    assert.match(page.body, /^<!DOCTYPE html>/);
  });

  it('chooses by operation, subscription and user, and for so many times', async () => {
    const { subscriptionId, watermark } = await client.subscribe();
    const other = await client.subscribe();
    sandbox.failNext({ operation: 'GetEvents', subscriptionId, times: 2, code: 'ErrorInternalServerError' });
    await client.getEvents(other.subscriptionId, other.watermark);
    for (let time = 0; time < 2; time++) {
      await assert.rejects(client.getEvents(subscriptionId, watermark), { code: 'ErrorInternalServerError' });
    }
    await client.getEvents(subscriptionId, watermark);
    const takeBack = sandbox.failNext({ user: 'somebody@sandbox.example', httpStatus: 503 });
    assert.equal((await getFolder()).status, 200);
    takeBack();
    const stop = sandbox.misbehave({ user: sandbox.user, httpStatus: 503 });
    assert.deepEqual([(await getFolder()).status, (await getFolder()).status], [503, 503]);
    stop();
    assert.equal((await getFolder()).status, 200);
  });

  it('draws from its seed what goes wrong', async () => {
    const run = async (seed: number) => {
      const seeded = await startSandbox({ seed });
      const caller = new Client(seeded);
      seeded.misbehave({ probability: 0.5, httpStatus: 503 });
      const statuses: number[] = [];
      for (let request = 0; request < 30; request++) statuses.push((await caller.send(GET_FOLDER)).status);
      await caller.close();
      await seeded.close();
      return statuses.join();
    };
    const first = await run(7);
    assert.equal(await run(7), first);
    assert.notEqual(await run(8), first);
    assert.match(first, /200/);
    assert.match(first, /503/);
  });

  it('resets the connection before, in and after an answer, and closes it anywhere', async () => {
    for (const failure of [
      { reset: 'request' },
      { reset: 'before' },
      { reset: 'during' },
      { cutAfter: 100 },
    ] as const) {
      sandbox.failNext(failure);
      await assert.rejects(getFolder(), { name: /Error/ });
      assert.equal((await getFolder()).status, 200);
    }
    assert.equal((await failing({ reset: 'after' })).status, 200);
  });

  it('carries the request out or not when the answer is lost', async () => {
    for (const [reset, count] of [
      ['request', 0],
      ['before', 1],
    ] as const) {
      sandbox.failNext({ operation: 'Subscribe', reset });
      await assert.rejects(client.subscribe());
      assert.equal(sandbox.subscriptionCount, count);
    }
  });

  it('leaves out the end of an answer, with the right length in HTTP', async () => {
    const { status, headers, body } = await failing({ truncateAfter: 200 });
    assert.equal(status, 200);
    assert.equal(headers['content-length'], '200');
    assert.throws(() => readXml(body), { code: 'EWS_MALFORMED' });
  });

  it('sends pieces of any size, envelopes of any size, and XML in any dress that says the same', async () => {
    const plain = readXml((await getFolder()).body);
    const styles = [
      { prefixes: { soap: 'SOAP', messages: 'x', types: 'y' }, declaration: false },
      { prefixes: { messages: '' }, spacious: true },
      { prefixes: { soap: '', types: 'm2' }, declaration: true },
    ];
    for (const failure of [{ chunkBytes: 1 }, { padding: 3_000_000 }, ...styles.map((style) => ({ style }))]) {
      const { body } = await failing(failure);
      assert.deepEqual(structure(readXml(body)), structure(plain));
    }
  });

  it('is slow, by its clock', async () => {
    sandbox.failNext({ delayMs: 5 * SECOND });
    let answered = false;
    const answer = getFolder().then(({ status }) => ((answered = true), status));
    await clock.untilTimer(5 * SECOND);
    await clock.advance(4.9 * SECOND);
    assert.equal(answered, false);
    await clock.advance(0.1 * SECOND);
    assert.equal(await answer, 200);
  });

  it('is silent, and stays so', async () => {
    sandbox.failNext({ silent: true });
    let answered = false;
    const asked = new Promise((resolve) => sandbox.onResponse(resolve));
    const hanging = getFolder().then(
      () => (answered = true),
      () => undefined,
    );
    await asked;
    await clock.advance(600 * SECOND);
    assert.equal(answered, false);
    sandbox.resetConnections();
    await hanging;
    assert.equal(answered, false);
  });

  describe('of a stream', () => {
    const open = async (failure: Failure) => {
      const { subscriptionId } = await client.subscribe({ delivery: 'streaming' });
      sandbox.failNext({ operation: 'GetStreamingEvents', ...failure });
      return client.stream([subscriptionId], 5);
    };

    it('is cut anywhere', async () => {
      const stream = await open({ cutAfter: 1500 });
      assert.match((await stream.next()) ?? '', />OK</);
      sandbox.mailbox().deliver();
      assert.equal(await stream.next(), undefined);
      await until(() => sandbox.streamCount === 0);
    });

    it('falls silent, without a heartbeat', async () => {
      const stream = await open({ silentAfter: 1500 });
      await stream.next();
      sandbox.mailbox().deliver();
      await clock.advance(600 * SECOND);
      assert.equal(stream.waiting, 0);
    });

    it('comes in pieces and in another dress', async () => {
      const stream = await open({ chunkBytes: 7, style: { prefixes: { soap: 'SOAP', messages: 'x' } } });
      assert.match((await stream.next()) ?? '', /<x:ConnectionStatus>OK</);
      sandbox.mailbox().deliver();
      assert.match((await stream.next()) ?? '', /<x:Notification>.*<t:NewMailEvent>/);
    });

    it('is reset', async () => {
      const stream = await open({});
      await stream.next();
      sandbox.resetConnections();
      assert.equal(await stream.next(), undefined);
    });

    it('is refused with a code', async () => {
      const stream = await open({ code: 'ErrorServerBusy', backOffMs: 10 });
      assert.match(
        (await stream.next()) ?? '',
        /<m:GetStreamingEventsResponseMessage ResponseClass="Error">.*ErrorServerBusy/,
      );
    });
  });

  it('follows a script', async () => {
    const script = readScript(
      JSON.stringify([
        { after: 5, fail: { httpStatus: 503, times: 100 } },
        { after: 10, do: 'behave' },
        { after: 15, do: 'restart' },
        { after: 20, do: 'deliver' },
      ]),
    );
    const stop = runScript(sandbox, script, clock);
    await client.subscribe();
    await clock.advance(5 * SECOND);
    assert.equal((await getFolder()).status, 503);
    await clock.advance(5 * SECOND);
    assert.equal((await getFolder()).status, 200);
    await clock.advance(10 * SECOND);
    assert.equal(sandbox.subscriptionCount, 0);
    assert.equal(sandbox.mailbox().folder('inbox').totalCount, 1);
    stop();
    assert.throws(() => readScript('{}'), /array of steps/);
    assert.throws(() => readScript('[{"do":"restart"}]'), /Step 1/);
  });
});

/** Names, attributes and text, without the white space between elements. */
function structure(element: ReturnType<typeof readXml>): unknown {
  const { name, attributes, children, text } = element;
  return [name, attributes, children.length === 0 ? text : children.map(structure)];
}
