import assert from 'node:assert/strict';
import { getStreamingEvents } from '../../dist/src/protocol/get-streaming-events.js';
import { readFixture } from '../support/fixture.js';
import { read } from './envelopes.js';

const response = (name: string) => readFixture('captures', 'grommunio', `${name}.response.xml`);

describe('captured streams of grommunio', () => {
  /** The envelopes of a stream, each as `status, what it says`. */
  const told = (name: string) =>
    response(name)
      .split(/(?<=<\/SOAP:Envelope>)/)
      .map((document) => {
        const envelope = read(getStreamingEvents, document);
        const said = envelope.notifications.map(({ events, heartbeat, moreEvents, subscriptionId }) => {
          const kinds = events.map(({ eventType }) => eventType);
          return [subscriptionId, ...(heartbeat ? ['heartbeat'] : []), ...kinds, ...(moreEvents ? ['more'] : [])].join(
            ' ',
          );
        });
        const bad = envelope.errorSubscriptionIds.map((id) => `not ${id}`);
        const error = envelope.error ? [envelope.error.code] : [];
        return [envelope.connectionStatus, ...error, ...bad, ...said].join(', ');
      });

  it('of all folders: every kind of event, a heartbeat, Closed twice', () => {
    assert.deepEqual(told('05-stream-all-folders-1min'), [
      'OK',
      'OK, AgAAAAUAAAA= Created Modified',
      'OK, AgAAAAUAAAA= Modified Modified Modified Modified',
      'OK, AgAAAAUAAAA= Copied Modified',
      'OK, AgAAAAUAAAA= Moved Modified Modified',
      'OK, AgAAAAUAAAA= Deleted Modified',
      'OK, AgAAAAUAAAA= Created Modified NewMail',
      'OK, AgAAAAUAAAA= Created Modified',
      'Closed, AgAAAAUAAAA= heartbeat',
      'Closed',
    ]);
  });

  it('of one folder', () => {
    assert.deepEqual(told('06-stream-inbox-1min'), [
      'OK',
      'OK, AwAAAAUAAAA= Created Modified',
      'OK, AwAAAAUAAAA= Modified Modified',
      'OK, AwAAAAUAAAA= Modified',
      'OK, AwAAAAUAAAA= Created Modified NewMail',
      'OK, AwAAAAUAAAA= Created Modified',
      'Closed, AwAAAAUAAAA= heartbeat',
      'Closed',
    ]);
    assert.deepEqual(told('07-stream-inbox-newmail-only-1min'), [
      'OK',
      'OK, BQAAAAUAAAA= NewMail',
      'Closed, BQAAAAUAAAA= heartbeat',
      'Closed',
    ]);
  });

  it('with an id that it does not know: an error, Closed, and yet events of the other', () => {
    const bad = 'ErrorInvalidSubscription, not //8AAAoAAAA=';
    assert.deepEqual(told('04b-stream-good-and-unknown-id'), [
      `Closed, ${bad}`,
      `OK, ${bad}, HAAAAAUAAAA= Created Modified Created Modified`,
      'OK, HAAAAAUAAAA= Created Modified Created Modified Modified Modified',
      'OK, HAAAAAUAAAA= Created Modified',
      'OK, HAAAAAUAAAA= Created Modified NewMail',
    ]);
  });

  it('of a burst: 50 events at most in one notification, in order', () => {
    const created = 'Created Modified';
    assert.deepEqual(told('07b-stream-burst-of-60'), [
      'OK',
      `OK, HwAAAAUAAAA= ${Array(25).fill(created).join(' ')} more`,
      `OK, HwAAAAUAAAA= ${Array(10).fill(created).join(' ')}`,
      'OK, HwAAAAUAAAA= heartbeat',
    ]);
  });

  it('that were opened again', () => {
    assert.deepEqual(told('11-stream-first-connection-client-drops'), ['OK']);
    assert.deepEqual(told('12-stream-reconnect-event-was-queued'), ['OK', 'OK, BwAAAAUAAAA= Created Modified']);
    assert.deepEqual(told('15-stream-client-dies-just-before-event'), ['OK']);
  });
});
