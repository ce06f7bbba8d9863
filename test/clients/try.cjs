const { Uri, ExchangeService, ExchangeVersion, WebCredentials, WellKnownFolderName, FolderView, ItemView, EventType, FolderId, Folder, Item, PropertySet, BasePropertySet, FolderTraversal, ItemSchema, SearchFilter, StreamingSubscriptionConnection, ItemId, EmailMessage, SortDirection,ContainmentMode } = require('ews-javascript-api');
(async () => {
  const [url, user, pw, v] = process.argv.slice(2);
  const s = new ExchangeService(ExchangeVersion[v || 'Exchange2016']);
  s.Credentials = new WebCredentials(user, pw); s.Url = new Uri(url);
  const fv = new FolderView(100); fv.Traversal = FolderTraversal.Deep;
  const r = await s.FindFolders(WellKnownFolderName.MsgFolderRoot, fv);
  console.log(r.TotalCount, r.Folders.map((f) => f.DisplayName + ':' + f.constructor.name));
  const inbox = await Folder.Bind(s, WellKnownFolderName.Inbox);
  console.log(inbox.DisplayName, inbox.TotalCount, inbox.UnreadCount);
  const items = await s.FindItems(WellKnownFolderName.Inbox, new ItemView(10));
  console.log(items.TotalCount, items.Items.map((i) => [i.Subject, i.constructor.name, String(i.DateTimeReceived), i.From && i.From.Address]));
  const sub = await s.SubscribeToPullNotifications([new FolderId(WellKnownFolderName.Inbox)], 10, '', EventType.NewMail, EventType.Created, EventType.Deleted, EventType.Modified, EventType.Moved, EventType.Copied);
  console.log(sub.Id, sub.Watermark);
  const e = await sub.GetEvents();
  console.log(e.AllEvents.length);
  await sub.Unsubscribe();
  try { await sub.GetEvents(); } catch (e) { console.log(e.constructor.name, e.message, e.ErrorCode); }
  const st = await s.SubscribeToStreamingNotifications([new FolderId(WellKnownFolderName.Inbox)], EventType.NewMail, EventType.Created, EventType.Deleted, EventType.Modified, EventType.Moved, EventType.Copied);
  console.log(st.Id);
  const con = new StreamingSubscriptionConnection(s, 1);
  con.AddSubscription(st);
  con.OnNotificationEvent.push((c, a) => { console.log('EV', a.Events.map((x) => [EventType[x.EventType], x.ItemId && x.ItemId.UniqueId, String(x.TimeStamp)])); });
  con.OnSubscriptionError.push((c, a) => console.log('ERR', a));
  con.OnDisconnect.push((c, a) => console.log('DISC', a));
  await con.Open();
  console.log('open');
  process.stdin.on('data', async () => { con.Close(); await st.Unsubscribe(); console.log('unsub'); process.stdin.pause(); });
})().catch((e) => { console.log('FAIL', e); process.exit(1); });
