import assert from 'node:assert/strict';
import { readFixture } from '../support/fixture.js';
import { answerXml, bodyOf, serve, type TestServer } from '../support/http-server.js';
import { pushNode } from '../support/push-flows.js';
import type { RuntimeLab } from '../support/runtime-lab.js';
import { withNodeRed } from '../support/shared-node-red.js';

const sample = (name: string) => readFixture('samples', `workmail.${name}.xml`);

describe('ews-push-in and the exchange that Amazon WorkMail publishes', () => {
  const current = withNodeRed();
  let lab: RuntimeLab;
  let server: TestServer;
  let requests: string[];

  beforeEach(async () => {
    lab = current();
    requests = [];
    server = await serve(
      (request, response) =>
        void bodyOf(request).then((body) => {
          requests.push(body);
          answerXml(response, sample('push-subscribe-response'));
        }),
    );
  });
  afterEach(() => server.close());

  /** What WorkMail does: it posts to the URL that it was given. */
  async function call(url: string, body: string): Promise<string | undefined> {
    const headers = { 'content-type': 'text/xml; charset=utf-8' };
    const response = await fetch(url, { method: 'POST', headers, body });
    assert.equal(response.status, 200);
    return /<m:SubscriptionStatus>(\w+)</.exec(await response.text())?.[1];
  }

  it('plays through from end to end, without a needless subscription', async () => {
    const flows = [lab.tab(), lab.account({ url: `${server.origin}/EWS/Exchange.asmx` }), lab.sink()];
    await lab.red.deploy([...flows, pushNode(lab, { events: ['NewMail', 'Modified'] })]);
    await lab.red.until(() => requests.length > 0);
    const [request = ''] = requests;
    assert.match(request, /<t:StatusFrequency>1<\/t:StatusFrequency>/);
    const url = /<t:URL>([^<]+)</.exec(request)?.[1] ?? '';

    assert.equal(await call(url, sample('push-heartbeat')), 'OK');
    await lab.connected('push');
    assert.equal(await call(url, sample('push-notification')), 'OK');
    assert.equal(await call(url, sample('push-heartbeat')), 'OK');
    assert.equal(await call(url, sample('push-notification')), 'OK', 'as it is after a lost answer');
    // What the process tells comes by another way than its answers do, in order: all was told before the deploy.
    await lab.red.deploy(flows);
    assert.deepEqual(
      lab.red.messages(lab.id('push')).map(({ msg }) => [msg.topic, msg.payload.folderId.id, msg.payload.watermark]),
      [['Modified', 'AAB2L089bS1kNDgxOGYwOGE5OTQ0=', 'ywwAAAAAAAA=']],
    );
    assert.equal(await call(url, sample('push-heartbeat')), 'Unsubscribe');
    assert.equal(requests.length, 1);
    assert.deepEqual(lab.red.errors(), []);
    assert.deepEqual(lab.red.warnings(), []);
  });
});
