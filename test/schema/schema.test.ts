import assert from 'node:assert/strict';
import { schemaErrors } from '../support/schema.js';
import { needsXmllint } from './needs.js';

const envelope = (body: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
     xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Body>${body}</s:Body></s:Envelope>`;

describe('the schema', () => {
  needsXmllint();

  it('accepts a valid request', () => {
    const valid = '<m:Unsubscribe><m:SubscriptionId>id</m:SubscriptionId></m:Unsubscribe>';
    assert.deepEqual(schemaErrors(envelope(valid)), []);
  });

  it('refuses an element that it does not know', () => {
    const errors = schemaErrors(envelope('<m:Unsubscribe><m:Watermark>w</m:Watermark></m:Unsubscribe>'));
    assert.match(errors.join('\n'), /Watermark.*not expected/);
  });
});
