import assert from 'node:assert/strict';
import { unsubscribe } from '../../dist/src/protocol/unsubscribe.js';
import { answer, envelope, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const message = (responseClass: string, code: string) =>
  answer('Unsubscribe', `<m:x ResponseClass="${responseClass}"><m:ResponseCode>${code}</m:ResponseCode></m:x>`);

describe('response messages', () => {
  it('of class Success pass, whatever their element is called', () => {
    read(unsubscribe, answer('Unsubscribe', success('Unsubscribe')));
    read(unsubscribe, message('Success', 'NoError'));
    read(unsubscribe, answer('Unsubscribe', '<m:x ResponseClass="Success"/>'));
  });

  it('of class Warning pass, but for what was not looked at', () => {
    read(unsubscribe, message('Warning', 'ErrorNameResolutionMultipleResults'));
    refusal(() => read(unsubscribe, message('Warning', 'ErrorBatchProcessingStopped')), 'ErrorBatchProcessingStopped');
  });

  it("of class Error are errors, with the server's code, sentence and values", () => {
    const document = answer(
      'Unsubscribe',
      failure(
        'Unsubscribe',
        'ErrorServerBusy',
        'Smith &amp; Sons are\r\n busy.',
        '<m:MessageXml><t:Value Name="BackOffMilliseconds">1500</t:Value></m:MessageXml>',
      ),
    );
    const error = refusal(
      () => read(unsubscribe, document),
      'ErrorServerBusy',
      /^Unsubscribe was answered with ErrorServerBusy: Smith & Sons are busy\.$/,
    );
    assert.equal(error.operation, 'Unsubscribe');
    assert.equal(error.action, 'wait');
    assert.equal(error.backOffMs, 1500);
    assert.deepEqual(error.values, { BackOffMilliseconds: '1500' });
  });

  it('with an error code are errors, whatever their class', () => {
    refusal(() => read(unsubscribe, message('Success', 'ErrorInvalidSubscription')), 'ErrorInvalidSubscription');
    refusal(
      () => read(unsubscribe, answer('Unsubscribe', '<m:x><m:ResponseCode> ErrorServerBusy </m:ResponseCode></m:x>')),
      'ErrorServerBusy',
    );
  });

  it('of class Error without a code cannot be understood', () => {
    refusal(() => read(unsubscribe, message('Error', '')), 'EWS_MALFORMED', /without a code/);
    refusal(() => read(unsubscribe, message('Error', 'NoError')), 'EWS_MALFORMED', /without a code/);
  });

  it('are quoted in part when they are long', () => {
    const long = failure('Unsubscribe', 'ErrorServerBusy', 'x'.repeat(100_000));
    refusal(() => read(unsubscribe, answer('Unsubscribe', long)), 'ErrorServerBusy', /x…$/);
  });

  it('must be there, and answer this operation', () => {
    refusal(() => read(unsubscribe, answer('Unsubscribe')), 'EWS_MALFORMED', /<ResponseMessages>.*is empty/);
    refusal(
      () => read(unsubscribe, envelope('<m:UnsubscribeResponse/>')),
      'EWS_MALFORMED',
      /holds no <ResponseMessages>/,
    );
    refusal(
      () => read(unsubscribe, answer('Subscribe', success('Subscribe'))),
      'EWS_MALFORMED',
      /it is <SubscribeResponse>, not <UnsubscribeResponse>/,
    );
    // grommunio's stray second answer after a fault
    refusal(() => read(unsubscribe, envelope('<Unsubscribe/>')), 'EWS_MALFORMED', /it is <Unsubscribe>, not/);
  });
});
