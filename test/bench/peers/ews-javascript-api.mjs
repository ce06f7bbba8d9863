// ews-javascript-api at the command of a benchmark: see peer.ts for what it is told. Events are counted one by one, where
// whoever uses the library gets them.
import { createInterface } from 'node:readline';
import ews from 'ews-javascript-api';

const [url, user, password] = process.argv.slice(2);
const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2016);
service.Credentials = new ews.WebCredentials(user, password);
service.Url = new ews.Uri(url);

const INBOX = [new ews.FolderId(ews.WellKnownFolderName.Inbox)];
const PULL_MINUTES = 60;
const STREAM_MINUTES = 30;

let left = 0;
let before;
let subscription;

function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function came({ ItemId }) {
  if (ItemId === undefined || before === undefined) return;
  left -= 1;
  if (left > 0) return;
  const { user, system } = process.cpuUsage(before);
  before = undefined;
  tell({ cpu: user + system });
}

const operations = {
  async stream() {
    const streaming = await service.SubscribeToStreamingNotifications(INBOX, ews.EventType.NewMail);
    const connection = new ews.StreamingSubscriptionConnection(service, STREAM_MINUTES);
    connection.AddSubscription(streaming);
    connection.OnNotificationEvent.push((_connection, { Events }) => Events.forEach(came));
    connection.OnSubscriptionError.push((_connection, { Exception }) => tell({ error: String(Exception) }));
    connection.OnDisconnect.push((_connection, { Exception }) => tell({ error: `disconnected: ${Exception}` }));
    // What it promises is never fulfilled.
    connection.Open().catch((error) => tell({ error: String(error) }));
    tell({});
  },

  async pull() {
    subscription = await service.SubscribeToPullNotifications(INBOX, PULL_MINUTES, null, ews.EventType.NewMail);
    tell({});
  },

  async count({ events }) {
    left = events;
    before = process.cpuUsage();
    tell({});
  },

  async read() {
    while (before !== undefined) (await subscription.GetEvents()).AllEvents.forEach(came);
  },
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { do: operation, ...order } = JSON.parse(line);
  operations[operation](order).catch((error) => tell({ error: String(error) }));
});
lines.on('close', () => process.exit());
