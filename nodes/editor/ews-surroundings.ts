/** What a dialog has to know of the rest of the editor: accounts, wires, context stores. */

interface EwsSurroundingsReader {
  surroundingsOf(node: EwsEditorNode, values: EwsValues): EwsSurroundings;
  /** The names of the context stores; `undefined` if they are not known. */
  contextStores(): string[] | undefined;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  // This script is loaded once for each node type, but two of these would watch wires twice.
  window.ewsDialog?.surroundingsOf
    ? {}
    : ((): EwsSurroundingsReader => {
        /** The sandbox's own mailbox, which is the account's (nodes/ews-account.ts). */
        const SANDBOX_EMAIL = 'demo@sandbox.example';

        /** User names by account node. The editor itself learns of one only when its dialog is opened. */
        const userNames = new Map<string, string | undefined>();

        function nodeOf(id: string): EwsEditorNode | undefined {
          return (RED.nodes.node(id) as unknown as EwsEditorNode | null) ?? undefined;
        }

        /** `undefined` until the answer of the server is there; empty for an account without one. */
        function userNameOf(account: EwsEditorNode): string | undefined {
          if (account.credentials && 'username' in account.credentials) {
            return ewsDialog.textOf(account.credentials.username);
          }
          if (!userNames.has(account.id)) ask(account);
          return userNames.get(account.id);
        }

        function ask(account: EwsEditorNode): void {
          userNames.set(account.id, undefined);
          void $.getJSON(`credentials/ews-account/${account.id}`).then(
            ({ username }: { username?: unknown }) => {
              learn(account, ewsDialog.textOf(username));
            },
            // Without leave to read it, the runtime will tell.
            () => undefined,
          );
        }

        function learn(account: EwsEditorNode, name: string): void {
          userNames.set(account.id, name);
          for (const user of account.users ?? []) RED.editor.validateNode(user);
          RED.view.redraw();
          ewsDialog.refreshAll();
        }

        /** The account's own address, as the runtime finds it; `undefined` if that cannot be known here or yet. */
        function emailOf(account: EwsEditorNode | undefined): string | undefined {
          if (!account) return undefined;
          if (account.server === 'sandbox') return SANDBOX_EMAIL;
          const email = ewsDialog.textOf(account.email);
          if (email !== '') return ewsDialog.isVariable(email) ? undefined : email;
          if (account.auth === 'oauth2' || account.auth === 'bearer') return '';
          const name = userNameOf(account);
          if (name === undefined || ewsDialog.isVariable(name)) return undefined;
          return ewsDialog.isSmtpAddress(name) ? name : '';
        }

        function accountProblem(account: EwsEditorNode | undefined): string | undefined {
          if (account?.type !== 'ews-account' || account.d === true) return 'no-account';
          const [problem] = Object.values(ewsDialog.problemsOf('ews-account', account, NOTHING));
          return problem;
        }

        const NOTHING: EwsSurroundings = {
          accountProblem: undefined,
          email: undefined,
          wired: true,
          stores: undefined,
          serverUrl: undefined,
          pushPaths: [],
        };

        function contextStores(): string[] | undefined {
          const { context } = RED.settings as unknown as { context?: { stores?: string[] } };
          return context?.stores;
        }

        function surroundingsOf(node: EwsEditorNode, values: EwsValues): EwsSurroundings {
          if (node.type === 'ews-account') return NOTHING;
          const account = nodeOf(ewsDialog.textOf(values.account));
          return {
            accountProblem: accountProblem(account),
            // Found out only where it matters, as the server may have to be asked.
            get email() {
              return emailOf(account);
            },
            wired: RED.nodes.filterLinks({ target: { id: node.id } }).length > 0,
            stores: contextStores(),
            serverUrl: serverUrlOf(account),
            application: account?.server !== 'sandbox' && account?.auth === 'oauth2',
            inSubflow: ewsDialog.isInSubflow(node),
            get pushPaths() {
              return ewsDialog.pushInsBeside(node.id).map(({ path }) => ewsDialog.textOf(path));
            },
          };
        }

        /** The address of a server that is none of this machine's own by its nature. */
        function serverUrlOf(account: EwsEditorNode | undefined): string | undefined {
          const url = account?.server === 'url' ? ewsDialog.textOf(account.url) : '';
          return url === '' || ewsDialog.isVariable(url) ? undefined : url;
        }

        /** A node that asks only when it is asked is right or wrong by its wires, which the editor does not look at. */
        function wired({ target }: { target: EwsEditorNode }): void {
          if (target.type !== 'ews-pull' || Number(target.interval) !== 0) return;
          RED.editor.validateNode(target);
          RED.view.redraw();
        }
        RED.events.on('links:add', wired);
        RED.events.on('links:remove', wired);
        RED.events.on('nodes:change', ({ type }: EwsEditorNode) => {
          if (type === 'ews-account') ewsDialog.refreshAll();
        });

        return { surroundingsOf, contextStores };
      })(),
);
