import assert from 'node:assert/strict';
import { readEnvelope } from '../../dist/src/protocol/envelope.js';
import { envelope } from './envelopes.js';
import { refusal } from './refusal.js';

const fault = (content: string) => envelope(`<s:Fault>${content}</s:Fault>`);

/** As Exchange sends it with HTTP status 500. */
const serverBusy = fault(
  '<faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:ErrorServerBusy</faultcode>' +
    '<faultstring xml:lang="en-US">The server cannot service this request right now. Try again later.</faultstring>' +
    '<detail><e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">ErrorServerBusy' +
    '</e:ResponseCode><e:Message xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">The server cannot' +
    ' service this request right now. Try again later.</e:Message><t:MessageXml><t:Value Name="BackOffMilliseconds">' +
    '297749</t:Value><t:Value Name="Other">&lt;x&gt;</t:Value></t:MessageXml></detail>',
);

describe('SOAP faults', () => {
  it('name the response code in their detail, and how long to wait', () => {
    const error = refusal(
      () => readEnvelope(serverBusy, 'Subscribe'),
      'ErrorServerBusy',
      /cannot service this request/,
    );
    assert.equal(error.action, 'wait');
    assert.equal(error.backOffMs, 297_749);
    assert.equal(error.operation, 'Subscribe');
    assert.deepEqual(error.values, { BackOffMilliseconds: '297749', Other: '<x>' });
  });

  it('or in their fault code', () => {
    const document = fault(
      '<faultcode>a:ErrorSchemaValidation</faultcode><faultstring>The request failed schema validation.</faultstring>',
    );
    const error = refusal(() => readEnvelope(document), 'ErrorSchemaValidation', /failed schema validation/);
    assert.equal(error.action, 'stop');
    assert.equal(error.operation, undefined);
    assert.equal(error.backOffMs, undefined);
  });

  it("or are grommunio's words for an invalid subscription", () => {
    const document = fault(
      '<faultcode xsi:type="xsd:string">SOAP:Client</faultcode>' +
        '<faultstring xsi:type="xsd:string">E-3201: invalid subscription ID</faultstring>',
    );
    assert.equal(refusal(() => readEnvelope(document, 'GetEvents'), 'ErrorInvalidSubscription').action, 'resubscribe');
  });

  it('or say nothing that is known', () => {
    const sentence = fault('<faultcode>soap:Server</faultcode><faultstring>Out of\n luck</faultstring>');
    assert.equal(refusal(() => readEnvelope(sentence), 'EWS_SOAP_FAULT', /Out of luck$/).action, 'retry');
    refusal(() => readEnvelope(fault('')), 'EWS_SOAP_FAULT', /no reason given/);
    refusal(() => readEnvelope(fault('<detail><ResponseCode/></detail>')), 'EWS_SOAP_FAULT');
  });

  it('are read without an envelope', () => {
    refusal(() => readEnvelope('<Fault><faultcode>a:ErrorServerBusy</faultcode></Fault>'), 'ErrorServerBusy');
  });

  it('take no nonsense for a time to wait', () => {
    const waiting = (ms: string) =>
      refusal(() => readEnvelope(serverBusy.replace('297749', ms)), 'ErrorServerBusy').backOffMs;
    assert.equal(waiting(' 5000 '), 5000);
    assert.equal(waiting('0'), 0);
    assert.equal(waiting('999999999999'), 24 * 60 * 60 * 1000);
    for (const nonsense of ['', '-1', '1e5', 'soon', '9'.repeat(40)]) assert.equal(waiting(nonsense), undefined);
  });

  it('are quoted in part when they are long', () => {
    refusal(() => readEnvelope(fault(`<faultstring>${'x'.repeat(100_000)}</faultstring>`)), 'EWS_SOAP_FAULT', /x…$/);
  });
});
