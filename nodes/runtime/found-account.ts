import { EwsError } from '../../src/protocol/ews-error.js';
import { groupOf, MailboxPlaces } from '../../src/subscriptions/mailbox-places.js';
import { ServerFinder } from '../../src/subscriptions/server-finder.js';
import { AccountBudget } from '../../src/transport/account-budget.js';
import type { MailboxPlace } from '../../src/transport/autodiscover/many-mailboxes.js';
import type { Credentials } from '../../src/transport/credentials.js';
import type { AccountParts, ConnectBounds } from './admin/account-parts.js';
import { connectTo, type ServerSettings, type Way } from './connect-account.js';
import { searchMailboxes, searchServer } from './search-server.js';

export interface FoundAccountOptions {
  readonly email: string;
  readonly confirmedHosts: readonly string[];
  readonly credentials: Credentials;
  readonly way: Way;
  readonly settings: ServerSettings;
  /** The file that keeps which server was found; without one, nothing is kept. */
  readonly keepAt: string | undefined;
}

/** The parts of an account whose server is found by its e-mail address, and those of its mailboxes by theirs. */
export function foundParts({
  email,
  confirmedHosts,
  credentials,
  way,
  settings,
  keepAt,
}: FoundAccountOptions): Pick<AccountParts, 'connect' | 'connectAt' | 'findAgain' | 'giveUp' | 'places'> {
  const { clock, timeoutMs } = settings;
  const about = { email, confirmedHosts, credentials, way, timeoutMs, clock };
  const finder = new ServerFinder({
    ...{ email, confirmedHosts, clock, path: keepAt },
    search: (signal) => searchServer({ ...about, signal }),
  });
  // Wherever its mailboxes are or go, positions stay those of this account, and servers allow it one budget.
  const identity = `autodiscover:${email.toLowerCase()}`;
  const budget = new AccountBudget(clock, settings.maxConcurrent);
  const connectAt = (place: MailboxPlace, bounds?: ConnectBounds) => ({
    ...connectTo(place.url, credentials, way, { ...settings, budget, ...bounds }, identity),
    group: groupOf(place),
  });
  let at: string | undefined;
  const connectOwn = (place: MailboxPlace, bounds?: ConnectBounds) => {
    const connection = connectAt(place, bounds);
    at = place.url;
    return connection;
  };
  return {
    connect: async (bounds) => connectOwn(await finder.server(), bounds),
    connectAt,
    findAgain: async () => {
      const server = await finder.searchAgain();
      return server.url === at ? undefined : connectOwn(server);
    },
    giveUp: () => {
      finder.close();
    },
    places: new MailboxPlaces({
      clock,
      ask: async (mailboxes) => {
        // What was kept by an earlier version does not name it.
        const { service = (await finder.searchAgain()).service } = await finder.server();
        if (service === undefined) {
          throw new EwsError('EWS_AUTODISCOVER', 'Autodiscover tells of one mailbox at a time only.');
        }
        return finder.ask((signal) => searchMailboxes(service, mailboxes, { ...about, signal }));
      },
    }),
  };
}
