import assert from 'node:assert/strict';
import { getAttachment, writeGetAttachment } from '../../dist/src/protocol/get-attachment.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const attachments = (content: string) => success('GetAttachment', `<m:Attachments>${content}</m:Attachments>`);

describe('GetAttachment', () => {
  it('is written with its ids, and the form of a body where one is wanted', () => {
    assert.equal(
      writeGetAttachment({ attachments: ['A&B', '2'] }),
      '<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="A&amp;B"/><t:AttachmentId Id="2"/></m:AttachmentIds>' +
        '</m:GetAttachment>',
    );
    assert.equal(
      writeGetAttachment({ attachments: ['1'], bodyType: 'Text' }),
      '<m:GetAttachment><m:AttachmentShape><t:BodyType>Text</t:BodyType></m:AttachmentShape>' +
        '<m:AttachmentIds><t:AttachmentId Id="1"/></m:AttachmentIds></m:GetAttachment>',
    );
  });

  it('is not written for nothing', () => {
    refusal(() => writeGetAttachment({ attachments: [] }), 'EWS_INVALID_REQUEST', /No attachment is named/);
    refusal(() => writeGetAttachment({ attachments: [''] }), 'EWS_INVALID_REQUEST', /id of an attachment is empty/);
  });

  it('is read: files, items, what has no content, and errors, in the order of the request', () => {
    const file =
      '<t:FileAttachment><t:AttachmentId Id="1"/><t:Name>a.bin</t:Name><t:ContentType>x/y</t:ContentType>' +
      '<t:ContentId>cid</t:ContentId><t:Size>3</t:Size><t:IsInline>true</t:IsInline><t:Content>AP/+\r\n</t:Content>' +
      '</t:FileAttachment>';
    const item =
      '<t:ItemAttachment><t:AttachmentId Id="2"/><t:Name>mail</t:Name><t:Message><t:ItemId Id="i"/>' +
      '<t:Subject>inner</t:Subject></t:Message></t:ItemAttachment>';
    const reference = '<t:ReferenceAttachment><t:AttachmentId Id="3"/></t:ReferenceAttachment>';
    const gone = failure('GetAttachment', 'ErrorItemNotFound', '', '<m:Attachments/>');
    const results = read(
      getAttachment,
      answer('GetAttachment', attachments(file), attachments(item), attachments(reference), gone),
    );
    assert.deepEqual(results.slice(0, 3), [
      {
        attachment: {
          ...{ kind: 'FileAttachment', attachmentId: '1', name: 'a.bin', contentType: 'x/y', contentId: 'cid' },
          ...{ size: 3, isInline: true, content: Buffer.from([0x00, 0xff, 0xfe]) },
        },
      },
      {
        attachment: {
          ...{ kind: 'ItemAttachment', attachmentId: '2', name: 'mail' },
          item: { kind: 'Message', itemId: { id: 'i' }, subject: 'inner' },
        },
      },
      { attachment: { kind: 'ReferenceAttachment', attachmentId: '3' } },
    ]);
    const last = results[3];
    assert.ok(last && 'error' in last);
    assert.deepEqual([last.error.code, last.error.action], ['ErrorItemNotFound', 'retry']);
  });

  it('refuses an answer without an attachment', () => {
    refusal(() => read(getAttachment, answer('GetAttachment', attachments(''))), 'EWS_MALFORMED', /is empty/);
  });
});
