/** Which rows of a dialog apply to what is chosen, and the hints below them. */

interface EwsRows {
  /** For rows that do not always apply, whether they do now. */
  rowsOf(type: string, values: EwsValues): Record<string, boolean>;
  /** Hints by row: a key in the message catalogue, and what stands in its text. */
  hintsOf(
    type: string,
    values: EwsValues,
    around: EwsSurroundings,
  ): Record<string, { key: string; values?: Record<string, number> } | undefined>;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsRows => {
    function rowsOf(type: string, values: EwsValues): Record<string, boolean> {
      if (type === 'ews-account') return accountRows(values);
      const bodyType = values.include === 'body';
      // Without an account or a mailbox of its own, it takes those that its messages come from.
      if (type === 'ews-item') return { bodyType };
      const own = values.source !== 'input';
      const others = ewsDialog.textOf(values.mailbox) !== '' || values.access === 'impersonate';
      return {
        account: own,
        mailbox: own,
        // Messages to ews-subscribe bring mailboxes of their own.
        access: own && (others || type === 'ews-subscribe'),
        folders: own,
        'folder-list': values.allFolders !== true,
        events: own,
        bodyType,
        subscriptionTimeout: own && (type === 'ews-pull' || values.delivery === 'pull'),
        connectionTimeout: own && (type === 'ews-stream' || values.delivery === 'streaming'),
        statusFrequency: own && (type === 'ews-push-in' || values.delivery === 'push'),
        pushIn: values.delivery === 'push',
        // What is received was shared out when it was subscribed to.
        share: own,
      };
    }

    function accountRows(values: EwsValues): Record<string, boolean> {
      const server = values.server !== 'sandbox';
      const plain = values.server === 'url' && /^http:/i.test(ewsDialog.textOf(values.url));
      const tls = server && !plain;
      const found = values.server === 'autodiscover';
      const fixed = { url: server && !found, 'sign-in': server, tls, proxy: server, sandbox: !server };
      return { ...fixed, discover: server, ...signInRows(values, server) };
    }

    /** What each way to sign in needs. */
    function signInRows(values: EwsValues, server: boolean): Record<string, boolean> {
      const application = server && values.auth === 'oauth2';
      const user = server && !application && values.auth !== 'bearer';
      const certified = ewsDialog.textOf(values.clientCertificate) !== '';
      return {
        ...{ username: user, password: user, token: server && values.auth === 'bearer' },
        ...{
          cloud: application,
          tenant: application,
          clientId: application,
          tokenUrl: application,
          scope: application,
        },
        ...{ clientCertificate: application, clientKey: application && certified },
        clientSecret: application && !certified,
      };
    }

    function hintsOf(type: string, values: EwsValues, around: EwsSurroundings): ReturnType<EwsRows['hintsOf']> {
      if (type === 'ews-account') return accountHints(values);
      return {
        subscriptionTimeout: type === 'ews-pull' ? timeoutHint(values) : undefined,
        folders: type === 'ews-subscribe' ? foldersHint(values) : undefined,
        filter: type === 'ews-subscribe' ? filterHint(values) : undefined,
        share: shareHint(type, values),
        publicUrl: type === 'ews-push-in' ? publicUrlHint(values, around) : undefined,
        address: type === 'ews-push-in' ? addressHint(values, around) : undefined,
      };
    }

    function accountHints(values: EwsValues): ReturnType<EwsRows['hintsOf']> {
      const ways: Record<string, { key: string }> = {
        negotiate: { key: 'account.hint.ticket' },
        oauth2: { key: 'oauth.hint' },
        bearer: { key: 'oauth.bearer-hint' },
      };
      const { hint } = ewsDialog.presetOf(values);
      const preset = hint === undefined ? undefined : { key: hint };
      return { preset, url: urlHint(ewsDialog.textOf(values.url), values.auth), auth: ways[String(values.auth)] };
    }

    function urlHint(url: string, auth: unknown): { key: string } | undefined {
      if (/^http:/i.test(url) && (auth === 'ntlm' || auth === 'negotiate')) return { key: 'account.hint.plain-mail' };
      if (/^http:/i.test(url)) return { key: 'account.hint.plain' };
      return /^https:\/\/[^/]+\/?$/i.test(url) ? { key: 'account.hint.path' } : undefined;
    }

    /** The runtime keeps a subscription alive for at least two polls and a minute (`effectiveTimeout`). */
    function timeoutHint(values: EwsValues): { key: string; values: Record<string, number> } | undefined {
      const interval = Number(ewsDialog.textOf(values.interval) || 60);
      const timeout = Number(ewsDialog.textOf(values.subscriptionTimeout) || 30);
      const minutes = Math.min(Math.ceil((2 * interval) / 60) + 1, 1440);
      return interval <= 86_400 && minutes > timeout ? { key: 'watch.hint.raised', values: { minutes } } : undefined;
    }

    function addressHint(values: EwsValues, { inSubflow }: EwsSurroundings): { key: string } {
      const isOfInstances = inSubflow && ewsDialog.textOf(values.path) === '';
      return isOfInstances ? { key: 'push.address-of-instances' } : { key: 'push.address-hint' };
    }

    /** An address that is good on this machine only helps a server on another one nothing. */
    function publicUrlHint(values: EwsValues, { serverUrl }: EwsSurroundings): { key: string } | undefined {
      const url = ewsDialog.textOf(values.publicUrl);
      if (serverUrl === undefined || isLoopback(serverUrl)) return undefined;
      return url === '' || isLoopback(url) ? { key: 'push.loopback' } : undefined;
    }

    function isLoopback(url: string): boolean {
      return /^https?:\/\/(?:localhost|[^/:]*\.localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/i.test(url);
    }

    /** Where the position is, an ews-subscribe node leaves to the one that receives. */
    function shareHint(type: string, values: EwsValues): { key: string } | undefined {
      if (type !== 'ews-stream' && type !== 'ews-subscribe') return undefined;
      const isInFile = type === 'ews-stream' && ewsDialog.textOf(values.store) === '';
      const isShared = ewsDialog.textOf(values.share) !== '';
      return isShared && isInFile ? { key: 'watch.hint.share-file' } : { key: 'watch.hint.share' };
    }

    function filterHint({ filter }: EwsValues): { key: string } | undefined {
      return Array.isArray(filter) && filter.length > 0 ? undefined : { key: 'details.filter-hint' };
    }

    function foldersHint(values: EwsValues): { key: string } | undefined {
      if (values.allFolders === true) {
        return values.access === 'impersonate' ? undefined : { key: 'watch.hint.all-folders' };
      }
      const folders = Array.isArray(values.folders) ? (values.folders as EwsFolder[]) : [];
      return folders.some(({ id }) => ewsDialog.isFolderId(id)) ? { key: 'watch.hint.folder-ids' } : undefined;
    }

    return { rowsOf, hintsOf };
  })(),
);
