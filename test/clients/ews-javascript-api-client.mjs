// ews-javascript-api at the command of a test: a request is a line of JSON on stdin, answered by a line of JSON on
// stdout. What comes by a stream, and how the stream ends, are lines of their own in between.
import { createInterface } from 'node:readline';
import ews from 'ews-javascript-api';

const { BasePropertySet, EventType, PropertySet, ServiceError, WellKnownFolderName } = ews;

const [url, user, password] = process.argv.slice(2);
const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2016);
service.Credentials = new ews.WebCredentials(user, password);
service.Url = new ews.Uri(url);

const INBOX = [new ews.FolderId(WellKnownFolderName.Inbox)];
const EVENTS = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied'].map((name) => EventType[name]);
const PULL_MINUTES = 10;
const STREAM_MINUTES = 1;
const subscriptions = new Map();

function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function describeError(error) {
  return { name: ServiceError[error.ErrorCode] ?? error.constructor.name, message: error.message };
}

function describeEvent(event) {
  return {
    type: EventType[event.EventType],
    item: event.ItemId?.UniqueId ?? null,
    folder: event.FolderId?.UniqueId ?? null,
    oldItem: event.OldItemId?.UniqueId ?? null,
    time: event.TimeStamp.ToISOString(),
  };
}

function message(item) {
  return {
    id: item.Id.UniqueId,
    subject: item.Subject,
    from: item.From.Address,
    received: item.DateTimeReceived.ToISOString(),
    isRead: item.IsRead,
  };
}

const operations = {
  async folders() {
    const view = new ews.FolderView(100);
    view.Traversal = ews.FolderTraversal.Deep;
    view.PropertySet = new PropertySet(BasePropertySet.FirstClassProperties);
    const top = await ews.Folder.Bind(service, WellKnownFolderName.MsgFolderRoot);
    const found = await service.FindFolders(top.Id, view);
    const byId = new Map(found.Folders.map((folder) => [folder.Id.UniqueId, folder]));
    const path = (folder) => {
      const parent = byId.get(folder.ParentFolderId.UniqueId);
      return parent ? `${path(parent)}/${folder.DisplayName}` : folder.DisplayName;
    };
    return found.Folders.map((folder) => ({
      id: folder.Id.UniqueId,
      path: path(folder),
      count: folder.TotalCount,
    }));
  },

  async items({ since }) {
    const { DateTimeReceived } = ews.ItemSchema;
    const view = new ews.ItemView(100);
    view.OrderBy.Add(DateTimeReceived, ews.SortDirection.Descending);
    const found = since
      ? await service.FindItems(
          WellKnownFolderName.Inbox,
          new ews.SearchFilter.IsGreaterThanOrEqualTo(DateTimeReceived, ews.DateTime.Parse(since)),
          view,
        )
      : await service.FindItems(WellKnownFolderName.Inbox, view);
    return found.Items.map(message);
  },

  async item({ id }) {
    const properties = new PropertySet(BasePropertySet.FirstClassProperties);
    properties.RequestedBodyType = ews.BodyType.Text;
    const item = await ews.Item.Bind(service, new ews.ItemId(id), properties);
    const to = item.ToRecipients.GetEnumerator().map(({ Address }) => Address);
    return { ...message(item), body: item.Body.Text, to };
  },

  async subscribe({ delivery }) {
    const subscription =
      delivery === 'pull'
        ? await service.SubscribeToPullNotifications(INBOX, PULL_MINUTES, null, ...EVENTS)
        : await service.SubscribeToStreamingNotifications(INBOX, ...EVENTS);
    subscriptions.set(subscription.Id, subscription);
    return subscription.Id;
  },

  async events({ id }) {
    const found = await subscriptions.get(id).GetEvents();
    return found.AllEvents.map(describeEvent);
  },

  async stream({ id, most = Infinity }) {
    const connection = new ews.StreamingSubscriptionConnection(service, STREAM_MINUTES);
    connection.AddSubscription(subscriptions.get(id));
    let count = 0;
    let problem = null;
    connection.OnNotificationEvent.push((_connection, { Events }) => {
      tell({ events: Events.map(describeEvent) });
      count += 1;
      if (count === most) connection.Close();
    });
    connection.OnSubscriptionError.push((_connection, { Exception }) => (problem = describeError(Exception)));
    connection.OnDisconnect.push((_connection, { Exception }) => {
      tell({ ended: Exception ? describeError(Exception) : problem });
    });
    // What it promises is never fulfilled.
    connection.Open().catch((error) => tell({ ended: describeError(error) }));
  },

  async unsubscribe({ id }) {
    await subscriptions.get(id).Unsubscribe();
  },
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { do: operation, ...request } = JSON.parse(line);
  operations[operation](request).then(
    (answer) => tell({ answer }),
    (error) => tell({ error: describeError(error) }),
  );
});
lines.on('close', () => process.exit());
