import assert from 'node:assert/strict';
import { findItem, writeFindItem, type FindItemRequest } from '../../dist/src/protocol/find-item.js';
import { answer, failure, read, success } from './envelopes.js';
import { refusal } from './refusal.js';

const plain: FindItemRequest = { parent: { id: 'inbox' }, traversal: 'Shallow', shape: { base: 'IdOnly' } };

describe('FindItem', () => {
  it('is written with restriction, order and page, in the order of the schema', () => {
    assert.equal(
      writeFindItem({
        ...plain,
        shape: { base: 'IdOnly', properties: ['item:LastModifiedTime'] },
        modifiedAfter: '2026-01-02T03:04:05.123456789Z',
        sort: [
          { property: 'item:LastModifiedTime', order: 'Ascending' },
          { property: { propertyTag: 0x0e06, propertyType: 'SystemTime' }, order: 'Descending' },
        ],
        page: { offset: 0, maxEntries: 250 },
      }),
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>' +
        '<t:FieldURI FieldURI="item:LastModifiedTime"/></t:AdditionalProperties></m:ItemShape>' +
        '<m:IndexedPageItemView MaxEntriesReturned="250" Offset="0" BasePoint="Beginning"/>' +
        '<m:Restriction><t:IsGreaterThan><t:FieldURI FieldURI="item:LastModifiedTime"/><t:FieldURIOrConstant>' +
        '<t:Constant Value="2026-01-02T03:04:05.123456789Z"/></t:FieldURIOrConstant></t:IsGreaterThan></m:Restriction>' +
        '<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:LastModifiedTime"/></t:FieldOrder>' +
        '<t:FieldOrder Order="Descending"><t:ExtendedFieldURI PropertyTag="0x0E06" PropertyType="SystemTime"/>' +
        '</t:FieldOrder></m:SortOrder>' +
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>',
    );
  });

  it('is written without what is not asked for', () => {
    assert.equal(
      writeFindItem({ ...plain, sort: [], shape: { base: 'IdOnly', properties: [] } }),
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>',
    );
  });

  it('is written with times that say their zone only', () => {
    for (const modifiedAfter of ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.1+02:00']) {
      assert.ok(writeFindItem({ ...plain, modifiedAfter }).includes(`Value="${modifiedAfter}"`));
    }
    for (const modifiedAfter of ['', 'yesterday', '2026-01-02', '2026-01-02T03:04:05', '2026-13-01T00:00:00Z', '0']) {
      refusal(() => writeFindItem({ ...plain, modifiedAfter }), 'EWS_INVALID_REQUEST', /must be a time such as/);
    }
  });

  it('is read', () => {
    const document = answer(
      'FindItem',
      success(
        'FindItem',
        '<m:RootFolder IndexedPagingOffset="2" IncludesLastItemInRange="false" TotalItemsInView="9"><t:Items>' +
          '<t:Message><t:ItemId Id="1" ChangeKey="a"/><t:Subject>R&amp;D</t:Subject></t:Message>' +
          '<t:CalendarItem><t:ItemId Id="2"/></t:CalendarItem></t:Items></m:RootFolder>',
      ),
    );
    assert.deepEqual(read(findItem, document), {
      items: [
        { kind: 'Message', itemId: { id: '1', changeKey: 'a' }, subject: 'R&D' },
        { kind: 'CalendarItem', itemId: { id: '2' } },
      ],
      nextOffset: 2,
      totalCount: 9,
    });
  });

  it('may find nothing', () => {
    const document = answer(
      'FindItem',
      success('FindItem', '<m:RootFolder TotalItemsInView="0"><t:Items/></m:RootFolder>'),
    );
    assert.deepEqual(read(findItem, document), { items: [], totalCount: 0 });
  });

  it('is refused in words', () => {
    refusal(() => read(findItem, answer('FindItem', success('FindItem'))), 'EWS_MALFORMED', /no <RootFolder>/);
    const item = '<m:RootFolder><t:Items><t:Message/></t:Items></m:RootFolder>';
    refusal(
      () => read(findItem, answer('FindItem', success('FindItem', item))),
      'EWS_MALFORMED',
      /<Message> holds no <ItemId>/,
    );
    const denied = answer('FindItem', failure('FindItem', 'ErrorFolderNotFound', 'Gone.'));
    assert.equal(refusal(() => read(findItem, denied), 'ErrorFolderNotFound').action, 'stop-target');
  });
});
