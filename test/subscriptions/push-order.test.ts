import assert from 'node:assert/strict';
import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { readSendNotification } from '../../dist/src/protocol/send-notification.js';
import { PushLab, pushed, pushedError } from '../support/push-lab.js';
import { until } from '../support/wait.js';

describe('calls to a PushEngine that come in an order of their own', () => {
  let lab: PushLab;
  afterEach(() => lab.close());

  const read = (body: string) => readSendNotification(readEnvelope(body, 'SendNotification', body.length).response);

  it('one that comes again after later ones changes nothing', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const { subscriptionId = '', watermark = '' } = lab.record();
    const first = pushed(subscriptionId, watermark, [{ watermark: 'w1', id: 'a' }]);
    const posts = [
      first,
      pushed(subscriptionId, 'w1', [{ watermark: 'w2', id: 'b' }]),
      first,
      pushed(subscriptionId, 'w2', [{ watermark: 'w3', id: 'c' }]),
      first,
    ];
    for (const body of posts) assert.ok((await lab.post(body)).text.includes('>OK<'));
    assert.deepEqual(told.items, ['a', 'b', 'c']);
    assert.equal(lab.record().watermark, 'w3', 'it does not take the position back');
    assert.equal(lab.subscribed(), 1);
  });

  it('one that waits behind another that does not join on is not taken in its place', async () => {
    lab = await PushLab.open();
    const account = lab.base.account();
    const connect = account.connect.bind(account);
    let reachable = Promise.resolve();
    account.connect = () => reachable.then(() => connect());
    const { engine, told } = await lab.connected({ account });
    const delivered = lab.deliver(2);
    await until(() => told.items.length === 2 && lab.answers.length === 2);
    // The engine cannot do yet what the first of the two asks for.
    let reach: () => void = () => undefined;
    reachable = new Promise((resolve) => (reach = resolve));
    const gap = read(pushed(engine.subscriptionId ?? '', 'other', [{ watermark: 'w9', id: 'ninth' }]));
    const replies = await Promise.all([engine.receive(gap), engine.receive(gap)]);
    reach();
    assert.deepEqual(replies, ['Unsubscribe', 'Unsubscribe']);
    await until(() => lab.subscribed() === 2 && told.current === 'connected');
    delivered.push(...lab.deliver(2));
    await lab.untilAfter(() => told.items.length >= 4);
    assert.deepEqual(told.items, delivered, 'what was missing is not skipped');
  });

  it('one that does not join on to the last before a restart has what is missing fetched', async () => {
    lab = await PushLab.open();
    const first = await lab.connected();
    const delivered = lab.deliver(1);
    await until(() => first.told.items.length === 1 && (lab.record().push?.ends ?? []).length > 0);
    await first.engine.close(true);
    lab.begin();
    const { engine, told } = lab.run();
    await until(() => engine.subscriptionId !== undefined);
    const id = engine.subscriptionId ?? '';
    const { text } = await lab.post(pushed(id, 'another', [{ watermark: 'w9', id: 'ninth' }]));
    assert.ok(text.includes('>Unsubscribe<'));
    await until(() => lab.subscribed() === 2 && told.current === 'connected');
    const more = lab.deliver(1);
    await lab.untilAfter(() => told.items.length >= 1);
    assert.deepEqual([...first.told.items, ...told.items], [...delivered, ...more]);
  });

  it('an error that tells of another subscription ends that one alone', async () => {
    lab = await PushLab.open();
    const { told } = await lab.connected();
    const error = pushedError('ErrorReadEventsFailed').replace(
      '</m:ResponseCode>',
      '</m:ResponseCode><m:Notification><t:SubscriptionId>another</t:SubscriptionId></m:Notification>',
    );
    assert.ok((await lab.post(error)).text.includes('>Unsubscribe<'));
    const delivered = lab.deliver();
    await until(() => told.items.length === 1);
    assert.deepEqual(told.items, delivered);
    assert.equal(lab.subscribed(), 1);
  });
});
