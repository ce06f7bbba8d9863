/** What is known of the one subscription that is chosen, and what can be done with it. */

interface EwsDetailsPanel {
  readonly element: HTMLElement;
  /** Shows a subscription, or none; asks for what is known of it now. */
  show(row: EwsRow | undefined): void;
}

interface EwsDetailsPanels {
  /** @param done called when something was done that may have changed it */
  makeDetails(events: { reveal(row: EwsRow): void; done(): void; closed(): void }): EwsDetailsPanel;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsDetailsPanels => {
    const say = (key: string, values: Record<string, string | number> = {}) => ewsSidebar.say(key, values);

    function makeDetails(events: { reveal(row: EwsRow): void; done(): void; closed(): void }): EwsDetailsPanel {
      let shown: EwsRow | undefined;
      let offered = '';
      const element = $('<section class="ews-sb-details" tabindex="-1">').hide();
      const title = $('<h3 id="ews-sb-title">');
      element.attr('aria-labelledby', 'ews-sb-title');
      const buttons = $('<div class="ews-sb-actions">');
      const notice = $('<p class="ews-sb-notice" role="status">');
      const facts = $('<dl>');
      const close = iconButton('fa-times', say('details.close')).addClass('ews-sb-close');
      close.on('click', () => {
        show(undefined);
        events.closed();
      });
      element.append(close, title, buttons, notice, facts);

      function show(row: EwsRow | undefined): void {
        if (row?.id !== shown?.id) {
          notice.text('');
          facts.empty();
          buttons.empty();
          offered = '';
        }
        shown = row;
        element.toggle(row !== undefined);
        if (!row) return;
        title.text(row.mailbox || say('row.no-mailbox'));
        load(row.id);
      }

      function load(id: number): void {
        void $.ajax({ url: urlOf(id), dataType: 'json' }).then(
          (details: EwsDetails) => {
            if (shown?.id === id) fill(details);
          },
          () => undefined,
        );
      }

      function fill(details: EwsDetails): void {
        facts.empty();
        for (const [name, value] of factsOf(details)) {
          facts.append($('<dt>').text(say(`fact.${name}`)), $('<dd>').text(value));
        }
        // The buttons stay as they are where they can, so that they keep the focus.
        const next = JSON.stringify(details.actions);
        if (next === offered) return;
        offered = next;
        const had = buttons.find(':focus').length > 0;
        buttons.empty().append(revealButton(), ...details.actions.map(actionButton));
        if (had) buttons.find('button').first().trigger('focus');
      }

      function revealButton(): JQuery {
        return textButton(say('action.reveal')).on('click', () => {
          if (shown) events.reveal(shown);
        });
      }

      function actionButton(action: EwsAction): JQuery {
        return textButton(say(`action.${action}`))
          .attr({ title: say(`meaning.${action}`), 'data-action': action })
          .on('click', () => {
            if (!shown) return;
            if (action === 'unsubscribe') confirm(shown);
            else perform(shown, action);
          });
      }

      /** An ended subscription loses its position: what happens from then on is not told. */
      function confirm(row: EwsRow): void {
        // The editor hands over more than its types say.
        const question = RED.notify(say('confirm.question', { mailbox: row.mailbox }), {
          modal: true,
          fixed: true,
          type: 'warning',
          buttons: [
            {
              text: say('confirm.no'),
              click: () => {
                question.close();
              },
            },
            {
              text: say('action.unsubscribe'),
              class: 'primary',
              click: () => {
                question.close();
                perform(row, 'unsubscribe');
              },
            },
          ],
        }) as unknown as { close(): void };
      }

      function perform({ id }: EwsRow, action: EwsAction): void {
        notice.text(say('doing'));
        const tell = (text: string) => {
          if (shown?.id === id) notice.text(text);
        };
        const body = { method: 'POST', contentType: 'application/json', data: JSON.stringify({ action }) };
        void $.ajax({ url: urlOf(id), dataType: 'json', ...body }).then(
          ({ done }: { done: boolean }) => {
            tell(say(done ? `done.${action}` : 'not-yet'));
            events.done();
          },
          (failure: unknown) => {
            const { status, responseJSON } = failure as { status: number; responseJSON?: { message?: string } };
            if (status === 401 || status === 403) tell(say('refused'));
            else tell(responseJSON?.message ?? say('failed'));
            events.done();
          },
        );
      }

      return { element: element.get(0) as HTMLElement, show };
    }

    function factsOf(details: EwsDetails): [string, string][] {
      const momentOf = (time: number | undefined) => ewsSidebar.momentOf(time);
      const { error, ...rest } = details;
      const facts: [string, string | undefined][] = [
        ['state', say('fact.state-since', { state: ewsSidebar.stateOf(details), since: momentOf(rest.since) })],
        ['retry', rest.retryAt === undefined ? undefined : momentOf(rest.retryAt)],
        ['account', rest.accountName],
        ['delivery', say(`delivery.${rest.delivery}`)],
        ['access', rest.access === 'impersonate' ? say('access.impersonate') : undefined],
        ['folders', foldersOf(details)],
        ['kinds', rest.kinds.join(', ')],
        ['event', momentOf(rest.lastEventAt)],
        ['heard', momentOf(rest.heardAt)],
        ['events', say('fact.events-recovered', { events: rest.events, recovered: rest.recovered })],
        ['reconnects', String(rest.reconnects)],
        ['gaps', String(rest.gaps)],
        ['error', error && say('fact.error-at', { text: error.text, code: error.code, at: momentOf(error.at) })],
        ['subscription', rest.subscriptionId],
      ];
      return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
    }

    function foldersOf({ allFolders, folders, moreFolders }: EwsDetails): string {
      if (allFolders) return say('folders.all');
      const names = folders.map((one) => ewsSidebar.folderOf(one)).join(', ');
      return moreFolders > 0 ? say('folders.more', { names, count: moreFolders }) : names;
    }

    function urlOf(id: number): string {
      return `ews-notifications/subscriptions/${id}`;
    }

    function textButton(text: string): JQuery {
      return $('<button type="button" class="red-ui-button red-ui-button-small">').text(text);
    }

    function iconButton(icon: string, label: string): JQuery {
      return $('<button type="button" class="red-ui-button red-ui-button-small">')
        .attr({ 'aria-label': label, title: label })
        .append($('<i aria-hidden="true">').addClass(`fa ${icon}`));
    }

    return { makeDetails };
  })(),
);
