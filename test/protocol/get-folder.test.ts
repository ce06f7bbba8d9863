import assert from 'node:assert/strict';
import { getFolder, writeGetFolder } from '../../dist/src/protocol/get-folder.js';
import { DELETED_COUNT_TOTAL, LOCAL_COMMIT_TIME_MAX } from '../../dist/src/protocol/property-path.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const folders = (content: string) => success('GetFolder', `<m:Folders>${content}</m:Folders>`);

describe('GetFolder', () => {
  it('is written with shape and folders', () => {
    assert.equal(
      writeGetFolder({ shape: 'IdOnly', folders: [{ id: 'inbox' }, { id: 'A&B', changeKey: 'k' }] }),
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>' +
        '<t:DistinguishedFolderId Id="inbox"/><t:FolderId Id="A&amp;B" ChangeKey="k"/></m:FolderIds></m:GetFolder>',
    );
    assert.match(
      writeGetFolder({ shape: 'Default', folders: [{ id: 'inbox' }], mailbox: 'b@example.test' }),
      /<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>b@example.test<\/t:EmailAddress><\/t:Mailbox>/,
    );
    assert.match(
      writeGetFolder({
        shape: 'IdOnly',
        folders: [{ id: 'inbox' }],
        properties: [LOCAL_COMMIT_TIME_MAX, DELETED_COUNT_TOTAL],
      }),
      /<t:BaseShape>IdOnly<\/t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x670A" PropertyType="SystemTime"\/><t:ExtendedFieldURI PropertyTag="0x670B" PropertyType="Integer"\/><\/t:AdditionalProperties><\/m:FolderShape>/,
    );
    refusal(() => writeGetFolder({ shape: 'IdOnly', folders: [] }), 'EWS_INVALID_REQUEST', /No folder is named/);
  });

  it('is read, each folder or why it cannot be had, in the order of the request', () => {
    const results = read(
      getFolder,
      answer(
        'GetFolder',
        folders(
          '<t:Folder><t:FolderId Id="1" ChangeKey="k"/><t:ParentFolderId Id="0"/><t:FolderClass>IPF.Note</t:FolderClass>' +
            '<t:DisplayName>R&amp;D</t:DisplayName><t:TotalCount>12</t:TotalCount>' +
            '<t:ChildFolderCount>0</t:ChildFolderCount><t:UnreadCount>3</t:UnreadCount></t:Folder>',
        ),
        failure('GetFolder', 'ErrorFolderNotFound', 'No such folder.'),
        folders('<t:CalendarFolder><t:FolderId Id="2"/><t:TotalCount>many</t:TotalCount></t:CalendarFolder>'),
      ),
    );
    assert.equal(results.length, 3);
    assert.deepEqual(results[0], {
      folder: {
        kind: 'Folder',
        folderId: { id: '1', changeKey: 'k' },
        parentFolderId: { id: '0' },
        displayName: 'R&D',
        folderClass: 'IPF.Note',
        totalCount: 12,
        childFolderCount: 0,
        unreadCount: 3,
      },
    });
    const error = results[1] && 'error' in results[1] ? results[1].error : undefined;
    assert.equal(error?.code, 'ErrorFolderNotFound');
    assert.equal(error.action, 'stop-target');
    assert.deepEqual(results[2], { folder: { kind: 'CalendarFolder', folderId: { id: '2' } } });
  });

  it('is read with extended properties', () => {
    const [result] = read(
      getFolder,
      answer(
        'GetFolder',
        folders(
          '<t:Folder><t:FolderId Id="1"/><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x670b"' +
            ' PropertyType="Integer"/><t:Value>7</t:Value></t:ExtendedProperty></t:Folder>',
        ),
      ),
    );
    assert.deepEqual(result, {
      folder: {
        kind: 'Folder',
        folderId: { id: '1' },
        extendedProperties: [{ propertyTag: 0x670b, propertyType: 'Integer', values: ['7'] }],
      },
    });
  });

  it('is refused in words when something is missing', () => {
    refusal(() => read(getFolder, answer('GetFolder', folders(''))), 'EWS_MALFORMED', /<Folders> is empty/);
    refusal(() => read(getFolder, answer('GetFolder', success('GetFolder'))), 'EWS_MALFORMED', /no <Folders>/);
    refusal(() => read(getFolder, answer('GetFolder', folders('<t:Folder/>'))), 'EWS_MALFORMED', /no <FolderId>/);
  });
});
