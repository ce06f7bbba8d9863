import assert from 'node:assert/strict';
import type { Mailbox } from '../../dist/src/sandbox/mailbox/mailbox.js';
import { startSandbox, type Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client } from './client.js';

const MINUTE = 60_000;

describe('sandbox: finding and reading', () => {
  const clock = new ManualClock('2026-03-02T08:00:00Z');
  let sandbox: Sandbox;
  let client: Client;
  let mailbox: Mailbox;

  beforeEach(async () => {
    sandbox = await startSandbox({ clock, limits: { restrictedResults: 3 } });
    client = new Client(sandbox);
    mailbox = sandbox.mailbox();
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

  const texts = (xml: string, name: string) =>
    [...xml.matchAll(new RegExp(`<t:${name}(?: [^>]*)?>([^<]*)<`, 'g'))].map(([, text]) => text);

  function findItems(
    parts: { view?: string; restriction?: string; sort?: string; shape?: string } = {},
  ): Promise<string> {
    const { view = '', restriction = '', sort = '', shape = '<t:BaseShape>Default</t:BaseShape>' } = parts;
    return client
      .send(
        `<m:FindItem Traversal="Shallow"><m:ItemShape>${shape}</m:ItemShape>${view}` +
          (restriction === '' ? '' : `<m:Restriction>${restriction}</m:Restriction>`) +
          `${sort}<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>`,
      )
      .then(({ body }) => body);
  }

  const fieldUri = (field: string) => `<t:FieldURI FieldURI="${field}"/>`;
  const compare = (operator: string, field: string, value: string) =>
    `<t:${operator}>${fieldUri(field)}<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:${operator}>`;
  const sorted = (field: string, order: string) =>
    `<m:SortOrder><t:FieldOrder Order="${order}">${fieldUri(field)}</t:FieldOrder></m:SortOrder>`;

  it('finds items changed since a time, oldest change first, in pages', async () => {
    const items = [];
    for (const subject of ['A', 'B', 'C', 'D', 'E']) {
      items.push(mailbox.deliver({ subject }));
      await clock.advance(MINUTE);
    }
    mailbox.markRead(items[1]!);
    const wanted = {
      restriction: compare('IsGreaterThan', 'item:LastModifiedTime', new Date(items[2]!.created - 1).toISOString()),
      sort: sorted('item:LastModifiedTime', 'Ascending'),
    };
    const view = (offset: number) =>
      `<m:IndexedPageItemView MaxEntriesReturned="2" Offset="${offset}" BasePoint="Beginning"/>`;
    const first = await findItems({ ...wanted, view: view(0) });
    assert.deepEqual(texts(first, 'Subject'), ['C', 'D']);
    assert.match(first, /IndexedPagingOffset="2" TotalItemsInView="4" IncludesLastItemInRange="false"/);
    const second = await findItems({ ...wanted, view: view(2) });
    assert.deepEqual(texts(second, 'Subject'), ['E', 'B']);
    assert.match(second, /IncludesLastItemInRange="true"/);
  });

  it('gives no more results with a restriction than it may', async () => {
    for (let mail = 0; mail < 5; mail++) mailbox.deliver();
    const restricted = await findItems({ restriction: compare('IsEqualTo', 'message:IsRead', 'false') });
    assert.equal(texts(restricted, 'Size').length, 3);
    assert.match(restricted, /TotalItemsInView="5" IncludesLastItemInRange="false"/);
    assert.equal(texts(await findItems(), 'Size').length, 5);
  });

  it('understands And, Or, Not, Contains, Exists and comparisons of two properties', async () => {
    mailbox.deliver({ subject: 'Invoice 1', isRead: true });
    mailbox.deliver({ subject: 'Invoice 2' });
    mailbox.deliver({ subject: 'Lunch' });
    const unread = compare('IsEqualTo', 'message:IsRead', 'false');
    const invoice =
      '<t:Contains ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase">' +
      `${fieldUri('item:Subject')}<t:Constant Value="INVOICE"/></t:Contains>`;
    const subjects = async (restriction: string) => texts(await findItems({ restriction }), 'Subject').sort();
    assert.deepEqual(await subjects(`<t:And>${unread}${invoice}</t:And>`), ['Invoice 2']);
    assert.deepEqual(await subjects(`<t:Or>${unread}${invoice}</t:Or>`), ['Invoice 1', 'Invoice 2', 'Lunch']);
    assert.deepEqual(await subjects(`<t:Not>${invoice}</t:Not>`), ['Lunch']);
    assert.deepEqual(await subjects(`<t:Exists>${fieldUri('calendar:Start')}</t:Exists>`), []);
    const same =
      `<t:IsEqualTo>${fieldUri('item:DateTimeReceived')}` +
      `<t:FieldURIOrConstant>${fieldUri('item:LastModifiedTime')}</t:FieldURIOrConstant></t:IsEqualTo>`;
    assert.equal((await subjects(same)).length, 3);
    const small = `<t:Excludes>${fieldUri('item:Size')}<t:Bitmask Value="0x7fff0000"/></t:Excludes>`;
    assert.equal((await subjects(small)).length, 3);
  });

  it('holds restrictions to the schema, however deep', async () => {
    const subject = fieldUri('item:Subject');
    const constant = '<t:Constant Value="x"/>';
    for (const [restriction, wrong] of [
      ['<t:Nothing/>', /invalid child element 'Nothing'/],
      ['<t:And/>', /'And' has incomplete content/],
      ['<t:IsEqualTo/>', /'IsEqualTo' has incomplete content/],
      [`<t:IsEqualTo>${subject}${constant}</t:IsEqualTo>`, /expected: 'FieldURIOrConstant'/],
      [`<t:Contains ContainmentMode="Somewhere">${subject}${constant}</t:Contains>`, /Enumeration/],
      [`<t:Exists>${subject}${constant}</t:Exists>`, /invalid child element 'Constant'/],
      [`<t:Excludes>${subject}<t:Bitmask Value="x"/></t:Excludes>`, /bit mask/],
      [`<t:Not><t:Or><t:Exists><t:FieldURI/></t:Exists></t:Or></t:Not>`, /required attribute 'FieldURI'/],
    ] as const) {
      const body = await findItems({ restriction });
      assert.match(body, /ErrorSchemaValidation/);
      assert.match(body.replaceAll('&apos;', "'"), wrong);
    }
  });

  it('tells of items what is asked for: bodies, mime, recipients, categories', async () => {
    const item = mailbox.deliver({
      subject: 'Grüße & <more>',
      from: { name: 'Zoë', address: 'zoe@x.example' },
      cc: ['c@x.example'],
      body: '1 < 2',
      categories: ['Red'],
    });
    const get = async (shape: string) => {
      const { body } = await client.send(
        `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds><t:ItemId Id="${item.id}"/></m:ItemIds></m:GetItem>`,
      );
      return body;
    };
    const text = await get('<t:BaseShape>Default</t:BaseShape><t:BodyType>Text</t:BodyType>');
    assert.match(text, /<t:Subject>Grüße &amp; &lt;more&gt;</);
    assert.match(text, /<t:Body BodyType="Text">1 &lt; 2</);
    const all = await get('<t:BaseShape>AllProperties</t:BaseShape><t:BodyType>HTML</t:BodyType>');
    assert.match(all, /<t:Body BodyType="HTML">.*1 &amp;lt; 2/);
    assert.match(all, /<t:Categories><t:String>Red</);
    assert.match(all, /<t:CcRecipients><t:Mailbox>.*c@x\.example/);
    const mime = await get('<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>');
    const content = Buffer.from(texts(mime, 'MimeContent')[0] ?? '', 'base64').toString();
    assert.match(
      content,
      /^Date: Mon, 02 Mar 2026 .*\r\nFrom: =\?utf-8\?B\?Wm\/Dqw==\?= <zoe@x\.example>\r\nTo: Demo </,
    );
    const html = mailbox.deliver({ body: '<p>Hello<br>you</p>', bodyType: 'HTML' });
    const { body } = await client.send(
      '<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:BodyType>Text</t:BodyType></m:ItemShape>' +
        `<m:ItemIds><t:ItemId Id="${html.id}"/></m:ItemIds></m:GetItem>`,
    );
    assert.match(body, /BodyType="Text">Hello&#10;you</);
  });

  it('answers for each item by itself', async () => {
    const item = mailbox.deliver();
    const old = item.id;
    mailbox.move(item, 'drafts');
    const ids = [item.id, old, 'rubbish', mailbox.folder('inbox').id].map((id) => `<t:ItemId Id="${id}"/>`).join('');
    const { body } = await client.send(
      '<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
        `<m:ItemIds>${ids}</m:ItemIds></m:GetItem>`,
    );
    assert.deepEqual(
      [...body.matchAll(/<m:ResponseCode>(\w+)/g)].map(([, code]) => code),
      ['NoError', 'ErrorItemNotFound', 'ErrorInvalidIdMalformed', 'ErrorInvalidIdMalformed'],
    );
  });

  it('shows the appointments that are in a range of time', async () => {
    const hour = 60 * MINUTE;
    const noon = Date.parse('2026-03-03T12:00:00Z');
    for (const [subject, start] of [
      ['Early', noon - 2 * hour],
      ['Just over', noon - hour],
      ['Running', noon - hour / 2],
      ['Late', noon + hour],
    ] as const) {
      mailbox.createAppointment({ start, end: start + hour }, { subject });
    }
    mailbox.create({ subject: 'No appointment' }, 'calendar');
    const { body } = await client.send(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>' +
        '<m:CalendarView StartDate="2026-03-03T12:00:00Z" EndDate="2026-03-03T13:00:00Z"/>' +
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>',
    );
    assert.deepEqual(texts(body, 'Subject'), ['Running']);
  });

  it('converts ids to entry ids, each by itself', async () => {
    const { id } = mailbox.deliver();
    const convert = async (format: string) => {
      const { body } = await client.send(
        `<m:ConvertId DestinationFormat="${format}"><m:SourceIds>` +
          `<t:AlternateId Format="EwsId" Id="${id}" Mailbox="${sandbox.user}"/>` +
          `<t:AlternateId Format="EwsId" Id="rubbish" Mailbox="${sandbox.user}"/></m:SourceIds></m:ConvertId>`,
      );
      assert.match(body, /<m:ResponseCode>NoError<.*<m:ResponseCode>ErrorInvalidIdMalformed</);
      return / Id="([^"]*)"/.exec(body)?.[1] ?? '';
    };
    assert.equal(await convert('EwsId'), id);
    const hex = await convert('HexEntryId');
    assert.match(hex, /^[0-9A-F]{140}$/);
    assert.equal(
      Buffer.from(await convert('EntryId'), 'base64')
        .toString('hex')
        .toUpperCase(),
      hex,
    );
  });

  it('tells with extended properties when a folder last changed, and whether something was deleted', async () => {
    const inbox = async () => {
      const { body } = await client.send(
        '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>' +
          '<t:ExtendedFieldURI PropertyTag="0x670A" PropertyType="SystemTime"/>' +
          '<t:ExtendedFieldURI PropertyTag="0x670B" PropertyType="Integer"/>' +
          '<t:ExtendedFieldURI PropertyTag="0x1234" PropertyType="Integer"/>' +
          '</t:AdditionalProperties></m:FolderShape>' +
          '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
      );
      return [...body.matchAll(/PropertyTag="(\w+)"[^>]*><t:Value>([^<]*)/g)].map(([, tag, value]) => [tag, value]);
    };
    const item = mailbox.deliver();
    const delivered = new Date(clock.now()).toISOString().replace('.000', '');
    await clock.advance(MINUTE);
    assert.deepEqual(await inbox(), [
      ['0x670A', delivered],
      ['0x670B', '0'],
    ]);
    mailbox.hardDelete(item);
    assert.deepEqual((await inbox())[1], ['0x670B', '1']);
    assert.notDeepEqual((await inbox())[0], ['0x670A', delivered]);
  });

  it('finds folders below a folder, or below that too', async () => {
    mailbox.createFolder('Inner', mailbox.createFolder('Outer'));
    const find = async (traversal: string, restriction = '') => {
      const { body } = await client.send(
        `<m:FindFolder Traversal="${traversal}"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>` +
          `${restriction}<m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>`,
      );
      return texts(body, 'DisplayName');
    };
    const shallow = await find('Shallow');
    assert.ok(shallow.includes('Outer') && shallow.includes('Calendar') && !shallow.includes('Inner'));
    assert.ok((await find('Deep')).includes('Inner'));
    const named = `<m:Restriction>${compare('IsEqualTo', 'folder:DisplayName', 'Inner')}</m:Restriction>`;
    assert.deepEqual(await find('Deep', named), ['Inner']);
  });
});
