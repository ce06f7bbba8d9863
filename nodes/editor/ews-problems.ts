/**
 * What is wrong with a configuration, while it is being typed. The runtime looks at the same things when the flow
 * starts (src/subscriptions/configuration-problem.ts, nodes/ews-account.ts); a test holds the two together.
 */

/** What a check needs to know beyond the node's own values. */
interface EwsSurroundings {
  /** What is wrong with the account that is chosen, `no-account` if there is none. */
  readonly accountProblem: string | undefined;
  /** The account's own address; empty if it has none, `undefined` as long as that is not known. */
  readonly email: string | undefined;
  /** Whether a wire leads to the node's input. */
  readonly wired: boolean;
  /** The names of the context stores; `undefined` if they are not known. */
  readonly stores: readonly string[] | undefined;
  /** The address of the account's server, as far as it is known. */
  readonly serverUrl: string | undefined;
  /** Whether the account is an application's, which opens every mailbox in its owner's name. */
  readonly application?: boolean;
  /** Whether the node stands in a subflow, and so for one in each instance. */
  readonly inSubflow?: boolean;
  /** The paths that other ews-push-in nodes are set to. */
  readonly pushPaths: readonly string[];
}

interface EwsProblems {
  /** What is wrong, by property: a key below `problem` in the message catalogue. */
  problemsOf(type: string, values: EwsValues, around: EwsSurroundings): Record<string, string>;
  /** The value as text, without white space around it. */
  textOf(value: unknown): string;
  /** Whether the whole value is the name of an environment variable, which only the runtime can look up. */
  isVariable(value: unknown): boolean;
  isSmtpAddress(text: string): boolean;
  /** Whether a folder is named by an id, as opposed to a name that every mailbox has. */
  isFolderId(id: string): boolean;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsProblems => {
    type Problems = Record<string, string>;

    /** What leaves room for the rest of a push URL, in characters (`isPublicUrl` of the runtime). */
    const MAX_PUBLIC_URL = 1832;

    const textOf = (value: unknown): string =>
      typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
    const isVariable = (value: unknown): boolean => /^\$\{[^}]+\}$/.test(textOf(value));
    const isSmtpAddress = (text: string): boolean => /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(text);
    const isFolderId = (id: string): boolean => id.length >= 24 && /^[A-Za-z0-9+/=_-]+$/.test(id);
    const isTrue = (value: unknown): boolean => value === true || value === 'true';

    /** Whether a text is a number in a range. Empty means the default, a variable is looked up later. */
    function isNumber(value: unknown, min: number, max: number, whole = false): boolean {
      const text = textOf(value);
      if (text === '' || isVariable(text)) return true;
      const number = Number(text);
      return number >= min && number <= max && (!whole || Number.isInteger(number));
    }

    function accountItself(values: EwsValues): Problems {
      const problems: Problems = {};
      if (!isNumber(values.timeout, 1, 600)) problems.timeout = 'bad-timeout';
      if (!isNumber(values.concurrency, 1, 100, true)) problems.concurrency = 'bad-concurrency';
      if (textOf(values.server) === 'sandbox') return problems;
      const found = values.server === 'autodiscover';
      const url = textOf(values.url);
      if (found) Object.assign(problems, named(values));
      else if (url === '') problems.url = 'no-url';
      else if (!isVariable(url) && !isHttpUrl(url)) problems.url = 'bad-url';
      const email = textOf(values.email);
      if (email !== '' && !isVariable(email) && !isSmtpAddress(email)) problems.email = 'bad-mailbox';
      return { ...problems, ...signIn(values) };
    }

    /** A server is found by an address, which may be the user's name too, as far as that is known here. */
    function named({ auth, email, username }: EwsValues): Problems {
      const byName = auth !== 'oauth2' && auth !== 'bearer';
      if (textOf(email) !== '' || (byName && username === undefined)) return {};
      const name = byName ? textOf(username) : '';
      return isSmtpAddress(name) || isVariable(name) ? {} : { email: 'no-email' };
    }

    function signIn(values: EwsValues): Problems {
      if (values.auth === 'bearer') return values.token === '' ? { token: 'no-token' } : {};
      return values.auth === 'oauth2' ? application(values) : namedUser(values);
    }

    /** As the runtime reads it (nodes/runtime/account-credentials.ts), but for whether certificate and key can be used. */
    function application(values: EwsValues): Problems {
      const problems: Problems = {};
      const template = textOf(values.tokenUrl);
      const needsTenant = template === '' || template.includes('{tenant}');
      if (needsTenant && textOf(values.tenant) === '') problems.tenant = 'no-tenant';
      const url = template.replace(/\{tenant\}/g, 'tenant');
      if (url !== '' && !isVariable(template) && !isTokenUrl(url)) problems.tokenUrl = 'bad-token-url';
      if (textOf(values.clientId) === '') problems.clientId = 'no-client-id';
      if (textOf(values.clientCertificate) === '') {
        if (values.clientSecret === '') problems.clientSecret = 'no-client-secret';
      } else if (values.clientKey === '') problems.clientKey = 'no-client-key';
      return problems;
    }

    function isTokenUrl(text: string): boolean {
      if (!isHttpUrl(text)) return false;
      const { protocol, hostname, username, password } = new URL(text);
      const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
      return username + password === '' && (protocol === 'https:' || loopback);
    }

    /** Only an open dialog knows of credentials: Node-RED says then, with a text of its own, that a password is stored. */
    function namedUser({ auth, username, password }: EwsValues): Problems {
      // Kerberos knows by its ticket who signs in.
      if (auth === 'negotiate' || username === undefined) return {};
      if (textOf(username) === '') return { username: 'no-username' };
      return password === '' ? { password: 'no-password' } : {};
    }

    function isHttpUrl(text: string): boolean {
      if (!/^https?:\/\//i.test(text)) return false;
      try {
        return new URL(text).host !== '';
      } catch {
        return false;
      }
    }

    /** What holds wherever a mailbox and its folders are chosen. */
    function watch(values: EwsValues, around: EwsSurroundings, mailboxes = [textOf(values.mailbox)]): Problems {
      const problems: Problems = {};
      const wrong = mailboxes.some((one) => one !== '' && !isVariable(one) && !isSmtpAddress(one));
      if (wrong) problems.mailbox = 'bad-mailbox';
      const ids = foldersOf(values).filter((id) => !isVariable(id) && !ewsDialog.isFolderName(id));
      if (isTrue(values.allFolders)) {
        const delegate = values.access !== 'impersonate' && !around.application;
        if (delegate && mailboxes.some((one) => isOthers(one, around))) problems.allFolders = 'delegate-all-folders';
      } else if (ids.some((id) => !isFolderId(id))) {
        problems.folders = 'unknown-folder';
      } else if (ids.length > 0 && mailboxes.length > 1) {
        problems.folders = 'folder-ids-of-many';
      }
      return problems;
    }

    /** Addresses separated by commas or new lines, each once, as the runtime reads them. */
    function splitMailboxes(value: unknown): string[] {
      const several = textOf(value)
        .split(/[,\n]/)
        .map((one) => one.trim().toLowerCase());
      const distinct = [...new Set(several.filter((one) => one !== ''))];
      return distinct.length > 0 ? distinct : [''];
    }

    /** Whether a mailbox is certainly not the account's own. */
    function isOthers(mailbox: string, around: EwsSurroundings): boolean {
      if (mailbox === '' || isVariable(mailbox)) return false;
      const { email } = around;
      return email !== undefined && email.toLowerCase() !== mailbox.toLowerCase();
    }

    function pull(values: EwsValues, around: EwsSurroundings): Problems {
      const problems: Problems = {
        ...(values.source === 'input' ? {} : { ...watched(values, around), ...subscriptionTimeout(values) }),
        ...positionStore(values, around),
        ...gathering(values),
      };
      if (!isNumber(values.interval, 0, 86_400)) problems.interval = 'bad-interval';
      else if (Number(textOf(values.interval) || 60) === 0 && !around.wired) problems.interval = 'no-interval';
      return problems;
    }

    function stream(values: EwsValues, around: EwsSurroundings): Problems {
      const own = {
        ...watched(values, around, splitMailboxes(values.mailbox)),
        ...connectionTimeout(values),
        ...shareOfMailboxes(values),
      };
      return { ...(values.source === 'input' ? {} : own), ...positionStore(values, around), ...gathering(values) };
    }

    function pushIn(values: EwsValues, around: EwsSurroundings): Problems {
      const problems: Problems = {
        ...(values.source === 'input' ? {} : { ...watched(values, around), ...statusFrequency(values) }),
        ...positionStore(values, around),
        ...gathering(values),
      };
      const url = textOf(values.publicUrl);
      if (url !== '' && !isVariable(url) && !isPublicUrl(url)) problems.publicUrl = 'bad-public-url';
      const path = textOf(values.path);
      if (path === '' || isVariable(path)) return problems;
      if (!/^[A-Za-z0-9_-]{1,100}$/.test(path)) problems.path = 'bad-push-path';
      else if (around.pushPaths.includes(path)) problems.path = 'push-path-taken';
      return problems;
    }

    function isPublicUrl(text: string): boolean {
      if (!isHttpUrl(text)) return false;
      const { search, hash, username, password } = new URL(text);
      return search + hash + username + password === '' && text.length <= MAX_PUBLIC_URL;
    }

    /** A node that subscribes by itself, with nothing but its configuration to go by. */
    function watched(values: EwsValues, around: EwsSurroundings, mailboxes?: string[]): Problems {
      const problems = { ...watch(values, around, mailboxes), ...account(values, around) };
      const impersonate = values.access === 'impersonate' || around.application === true;
      if (impersonate && textOf(values.mailbox) === '' && around.email === '') problems.access = 'impersonate-nobody';
      if (!isTrue(values.allFolders) && foldersOf(values).length === 0) problems.folders = 'no-folder';
      if (!Array.isArray(values.events) || values.events.length === 0) problems.events = 'no-event';
      return problems;
    }

    /** Messages may bring what is missing here, so that only what is certainly wrong counts. */
    function subscribe(values: EwsValues, around: EwsSurroundings): Problems {
      return {
        ...watch(values, around),
        ...account(values, around),
        ...ofDelivery(values),
        ...gathering(values),
        ...shareOfMailboxes(values),
      };
    }

    /** The second of three: `2/3` (src/subscriptions/share.ts). */
    function shareOfMailboxes(values: EwsValues): Problems {
      const share = textOf(values.share);
      if (share === '' || isVariable(share)) return {};
      const [, index, count] = (/^(\d{1,4})\s*\/\s*(\d{1,4})$/.exec(share) ?? []).map(Number);
      const fits = index !== undefined && count !== undefined && index >= 1 && index <= count && count <= 1000;
      return fits ? {} : { share: 'bad-share' };
    }

    function ofDelivery(values: EwsValues): Problems {
      if (values.delivery === 'streaming') return connectionTimeout(values);
      if (values.delivery !== 'push') return subscriptionTimeout(values);
      const chosen = Array.isArray(values.pushIn) ? values.pushIn.length > 0 : textOf(values.pushIn) !== '';
      return { ...statusFrequency(values), ...(chosen ? {} : { pushIn: 'no-push-in' }) };
    }

    function statusFrequency(values: EwsValues): Problems {
      return isNumber(values.statusFrequency, 1, 1440, true) ? {} : { statusFrequency: 'bad-status-frequency' };
    }

    function account(values: EwsValues, { accountProblem }: EwsSurroundings): Problems {
      return accountProblem === undefined || isVariable(values.account) ? {} : { account: accountProblem };
    }

    function subscriptionTimeout(values: EwsValues): Problems {
      const fits = isNumber(values.subscriptionTimeout, 1, 1440, true);
      return fits ? {} : { subscriptionTimeout: 'bad-subscription-timeout' };
    }

    function connectionTimeout(values: EwsValues): Problems {
      return isNumber(values.connectionTimeout, 1, 30, true) ? {} : { connectionTimeout: 'bad-connection-timeout' };
    }

    function positionStore(values: EwsValues, around: EwsSurroundings): Problems {
      const store = textOf(values.store);
      // "default" is a store too where another name stands for it.
      const stores = ['', 'default', ...(around.stores ?? [store])];
      return isVariable(store) || stores.includes(store) ? {} : { store: 'no-store' };
    }

    /** What is done with events before they are sent (src/details/details-settings.ts). */
    function gathering(values: EwsValues): Problems {
      return isNumber(values.calm, 0, 3600) ? {} : { calm: 'bad-calm' };
    }

    function foldersOf({ folders }: EwsValues): string[] {
      return (Array.isArray(folders) ? (folders as unknown[]) : []).map((folder) =>
        textOf(typeof folder === 'object' && folder !== null && 'id' in folder ? folder.id : folder),
      );
    }

    /** Messages bring the account and the mailbox where they are not given here. */
    function item(values: EwsValues, around: EwsSurroundings): Problems {
      const mailbox = textOf(values.mailbox);
      const problems: Problems = textOf(values.account) === '' ? {} : account(values, around);
      if (mailbox !== '' && !isVariable(mailbox) && !isSmtpAddress(mailbox)) problems.mailbox = 'bad-mailbox';
      if (!isNumber(values.maxSize, 1, 100)) problems.maxSize = 'bad-max-size';
      return problems;
    }

    function problemsOf(type: string, values: EwsValues, around: EwsSurroundings): Problems {
      switch (type) {
        case 'ews-account':
          return accountItself(values);
        case 'ews-pull':
          return pull(values, around);
        case 'ews-stream':
          return stream(values, around);
        case 'ews-push-in':
          return pushIn(values, around);
        case 'ews-item':
          return item(values, around);
        case 'ews-subscribe':
          return subscribe(values, around);
        default:
          return {};
      }
    }

    return { problemsOf, textOf, isVariable, isSmtpAddress, isFolderId };
  })(),
);
