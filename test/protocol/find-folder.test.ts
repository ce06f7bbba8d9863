import assert from 'node:assert/strict';
import { findFolder, writeFindFolder } from '../../dist/src/protocol/find-folder.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const found = (attributes: string, content: string) =>
  read(
    findFolder,
    answer('FindFolder', success('FindFolder', `<m:RootFolder ${attributes}>${content}</m:RootFolder>`)),
  );

describe('FindFolder', () => {
  it('is written with shape, page and parent', () => {
    assert.equal(
      writeFindFolder({
        parent: { id: 'msgfolderroot' },
        mailbox: 'b@example.test',
        traversal: 'Deep',
        shape: 'IdOnly',
        properties: ['folder:DisplayName', { propertyTag: 0x10f4, propertyType: 'Boolean' }],
        page: { offset: 100, maxEntries: 50 },
      }),
      '<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>' +
        '<t:FieldURI FieldURI="folder:DisplayName"/><t:ExtendedFieldURI PropertyTag="0x10F4" PropertyType="Boolean"/>' +
        '</t:AdditionalProperties></m:FolderShape>' +
        '<m:IndexedPageFolderView MaxEntriesReturned="50" Offset="100" BasePoint="Beginning"/><m:ParentFolderIds>' +
        '<t:DistinguishedFolderId Id="msgfolderroot"><t:Mailbox><t:EmailAddress>b@example.test</t:EmailAddress>' +
        '</t:Mailbox></t:DistinguishedFolderId></m:ParentFolderIds></m:FindFolder>',
    );
    assert.equal(
      writeFindFolder({ parent: { id: 'A=' }, traversal: 'Shallow', shape: 'Default' }),
      '<m:FindFolder Traversal="Shallow"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>' +
        '<m:ParentFolderIds><t:FolderId Id="A="/></m:ParentFolderIds></m:FindFolder>',
    );
  });

  it('is not written for pages that cannot be', () => {
    const request = { parent: { id: 'inbox' }, traversal: 'Shallow', shape: 'IdOnly' } as const;
    for (const maxEntries of [0, 1001, 1.5]) {
      const page = { offset: 0, maxEntries };
      refusal(() => writeFindFolder({ ...request, page }), 'EWS_INVALID_REQUEST', /size of a page.*from 1 to 1000/);
    }
    for (const offset of [-1, NaN, 2 ** 31]) {
      refusal(
        () => writeFindFolder({ ...request, page: { offset, maxEntries: 1 } }),
        'EWS_INVALID_REQUEST',
        /offset of a page/,
      );
    }
    refusal(
      () => writeFindFolder({ ...request, parent: { id: '' } }),
      'EWS_INVALID_REQUEST',
      /id of a folder is empty/,
    );
  });

  it('is read, of all kinds, in order', () => {
    const folders =
      '<t:Folders><t:Folder><t:FolderId Id="1"/><t:DisplayName>A &amp; B</t:DisplayName></t:Folder>' +
      '<t:CalendarFolder><t:FolderId Id="2"/></t:CalendarFolder><t:Folder><t:FolderId Id="3"/></t:Folder></t:Folders>';
    assert.deepEqual(found('TotalItemsInView="3" IncludesLastItemInRange="true" IndexedPagingOffset="3"', folders), {
      folders: [
        { kind: 'Folder', folderId: { id: '1' }, displayName: 'A & B' },
        { kind: 'CalendarFolder', folderId: { id: '2' } },
        { kind: 'Folder', folderId: { id: '3' } },
      ],
      totalCount: 3,
    });
  });

  it('says where the next page begins', () => {
    const folders = '<t:Folders><t:Folder><t:FolderId Id="1"/></t:Folder></t:Folders>';
    assert.equal(found('IndexedPagingOffset="1" IncludesLastItemInRange="false"', folders).nextOffset, 1);
    for (const last of ['', 'IncludesLastItemInRange="true" IndexedPagingOffset="1"', 'IndexedPagingOffset="x"']) {
      assert.equal(found(last, folders).nextOffset, undefined);
    }
  });

  it('may find nothing', () => {
    assert.deepEqual(found('TotalItemsInView="0"', ''), { folders: [], totalCount: 0 });
    assert.deepEqual(found('', '<t:Folders/>'), { folders: [] });
  });

  it('is refused in words', () => {
    refusal(() => read(findFolder, answer('FindFolder', success('FindFolder'))), 'EWS_MALFORMED', /no <RootFolder>/);
    refusal(() => found('', '<t:Folders><t:Folder/></t:Folders>'), 'EWS_MALFORMED', /<Folder> holds no <FolderId>/);
    const denied = answer('FindFolder', failure('FindFolder', 'ErrorAccessDenied', 'No.'));
    assert.equal(refusal(() => read(findFolder, denied), 'ErrorAccessDenied').action, 'stop');
  });
});
