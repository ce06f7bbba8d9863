/** Questions to the runtime that a dialog asks, and what they are about: an account as it stands in the editor. */

interface EwsReply {
  /** What the runtime answered: all of it, as text. */
  readonly text: string;
}

/** A question that is being answered. */
interface EwsQuestion {
  /** Rejects with a sentence. */
  readonly answer: Promise<EwsReply>;
  /** Nobody waits for the answer any more. */
  cancel(): void;
}

interface EwsAsking {
  /** @param heard called with what has come of the answer, each time that more of it is there */
  ask(path: string, body: object, heard?: (text: string) => void): EwsQuestion;
  /** What a question was rejected with, for people. */
  sentenceOf(thrown: unknown): string;
  /**
   * An account as it stands in the editor, deployed or not.
   * @param values what stands in its open dialog
   */
  accountAsked(account: EwsEditorNode, values?: EwsValues): object;
  /** Puts what asks questions into a dialog. `values` are what stands in it at the time. */
  makeAsking(form: JQuery, node: EwsEditorNode, values: () => EwsValues): void;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsAsking => {
    /** What Node-RED shows in place of a password that it keeps to itself. */
    const STORED = '__PWRD__';
    /** Reasons that there are texts for, below `ask`. */
    const REASONS = ['type-password', 'not-deployed', 'too-many', 'too-large', 'not-json', 'bad-public-url', 'failed'];

    function ask(path: string, body: object, heard: (text: string) => void = () => undefined): EwsQuestion {
      const request = $.ajax({
        url: path,
        method: 'POST',
        contentType: 'application/json',
        data: JSON.stringify(body),
        dataType: 'text',
        xhr: () => {
          const sent = new XMLHttpRequest();
          sent.addEventListener('progress', () => {
            if (sent.status === 200) heard(sent.responseText);
          });
          return sent;
        },
      });
      const answer = new Promise<EwsReply>((resolve, reject) => {
        request
          .done((text: string) => {
            resolve({ text });
          })
          .fail(({ status, responseText }: Partial<JQuery.jqXHR>) => {
            reject(new Error(reason(status ?? 0, responseText ?? '')));
          });
      });
      return {
        answer,
        cancel: () => {
          request.abort();
        },
      };
    }

    function sentenceOf(thrown: unknown): string {
      return thrown instanceof Error ? thrown.message : ewsDialog.text('ask.failed');
    }

    function reason(status: number, text: string): string {
      if (status === 0) return ewsDialog.text('ask.no-answer');
      if (status === 401 || status === 403) return ewsDialog.text('ask.no-permission');
      const known = REASONS.find((code) => text.includes(`"${code}"`)) ?? 'failed';
      return ewsDialog.text(`ask.${known}`);
    }

    function accountAsked(account: EwsEditorNode, values: EwsValues = account): object {
      const config = Object.fromEntries(
        Object.keys(account._def.defaults).map((property) => [property, chosen(values[property])]),
      );
      const credentials = values === account ? storedCredentials(account) : typedCredentials(account, values);
      return { id: account.id, config, ...(credentials ? { credentials } : {}) };
    }

    /** Where no config node is chosen, Node-RED's list of them may stand at "add one". */
    function chosen(value: unknown): unknown {
      return value === '_ADD_' ? '' : (value ?? '');
    }

    function typedCredentials({ _def }: EwsEditorNode, values: EwsValues): EwsValues {
      return Object.fromEntries(Object.keys(_def.credentials ?? {}).map((name) => [name, values[name] ?? '']));
    }

    /** `undefined` for an account whose dialog was not opened: then only the runtime knows them. */
    function storedCredentials({ _def, credentials }: EwsEditorNode): EwsValues | undefined {
      if (!credentials) return undefined;
      return Object.fromEntries(
        Object.keys(_def.credentials ?? {}).map((name) => {
          const kept = credentials[`has_${name}`] === true ? STORED : '';
          return [name, ewsDialog.textOf(credentials[name]) === '' ? kept : credentials[name]];
        }),
      );
    }

    function makeAsking(form: JQuery, node: EwsEditorNode, values: () => EwsValues): void {
      if (node.type === 'ews-account') {
        ewsDialog.makeConnectionTest(form.find('[data-ews-row="test"]'), () => accountAsked(node, values()));
      }
      const browse = form.find('.ews-browse');
      if (browse.length > 0) ewsDialog.makeFolderBrowser(browse, form.find('.ews-folders'), node, values);
      // A node that a subflow is made of is not called itself: each instance has another in its place.
      const isCalled = node.type === 'ews-push-in' && !ewsDialog.isInSubflow(node);
      if (isCalled) ewsDialog.makePushTest(form.find('[data-ews-row="address"]'), node, values);
    }

    return { ask, sentenceOf, accountAsked, makeAsking };
  })(),
);
