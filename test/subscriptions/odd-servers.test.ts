import assert from 'node:assert/strict';
import { answerXml, bodyOf, serve, type TestServer } from '../support/http-server.js';
import { notification, subscribed, unsubscribed } from '../support/answers.js';
import { PullLab } from '../support/pull-lab.js';
import { ioTurns, until } from '../support/wait.js';

describe('PullEngine and servers with habits of their own', () => {
  let lab: PullLab;
  let server: TestServer;
  let polls: number;
  let answer: (poll: number, sent: string) => string;

  beforeEach(async () => {
    polls = 0;
    lab = await PullLab.open();
    server = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        answerXml(response, reply(body));
      });
    });
  });
  afterEach(async () => {
    await lab.close();
    await server.close();
  });

  function reply(body: string): string {
    if (body.includes('m:Subscribe>')) return subscribed('one', 'AAAA');
    if (body.includes('m:Unsubscribe>')) return unsubscribed();
    polls += 1;
    return answer(polls, /<m:Watermark>(.*?)</.exec(body)?.[1] ?? '');
  }

  it('does not ask without end a server that promises more and tells nothing', async () => {
    answer = (_poll, sent) =>
      notification('one', {
        previous: sent,
        more: true,
        content: '<t:StatusEvent><t:Watermark>AAAA</t:Watermark></t:StatusEvent>',
      });
    const { told } = lab.run({ account: lab.account(server.origin) });
    await until(() => told.current === 'connected');
    await ioTurns(50);
    assert.equal(polls, 1);
  });

  it('lives with a server that counts watermarks in a way of its own, sending nothing twice', async () => {
    answer = (poll) =>
      notification('one', {
        previous: `own ${poll}`,
        content:
          `<t:NewMailEvent><t:Watermark>w${poll}</t:Watermark><t:TimeStamp>2026-03-02T08:00:00Z</t:TimeStamp>` +
          `<t:ItemId Id="item${poll}"/><t:ParentFolderId Id="inbox"/></t:NewMailEvent>`,
      });
    const { told } = lab.run({ account: lab.account(server.origin) });
    await until(() => told.current === 'connected');
    // The first answer was thrown away and asked for again, with another subscription; from then on all is taken.
    assert.deepEqual(told.items, ['item2']);
    await lab.next(told);
    assert.deepEqual(told.items, ['item2', 'item3']);
  });

  it('keeps watermarks and ids exactly as they came', async () => {
    const odd = '0012e5 &amp; +/=';
    const sent: string[] = [];
    answer = (_poll, watermark) => {
      sent.push(watermark);
      return notification('one', {
        previous: watermark,
        content: `<t:StatusEvent><t:Watermark>${odd}</t:Watermark></t:StatusEvent>`,
      });
    };
    const { told } = lab.run({ account: lab.account(server.origin) });
    await until(() => told.current === 'connected');
    await lab.next(told);
    assert.deepEqual(sent, ['AAAA', odd]);
  });

  it('has trouble with an answer that is no XML, tells of it, and goes on when it is over', async () => {
    answer = (poll, sent) =>
      poll < 4 ? '<html><body>Maintenance' : notification('one', { previous: sent, content: '<t:StatusEvent/>' });
    const { told } = lab.run({ account: lab.account(server.origin) });
    await until(() => told.current === 'waiting');
    for (let attempt = 0; attempt < 3; attempt += 1) await lab.next(told);
    assert.equal(told.current, 'connected');
    assert.deepEqual(
      told.errors.map(({ code }) => code),
      ['EWS_MALFORMED'],
    );
  });
});
