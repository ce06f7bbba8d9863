/** "Find by e-mail address" in the dialog of an account: each question with what came of it, and hosts to confirm. */

interface EwsDiscover {
  /** @param account the account as it stands in the dialog */
  makeFinder(form: JQuery, node: EwsEditorNode, account: () => object, changed: () => void): void;
  /** The hosts that are confirmed, of the list in a dialog. */
  readConfirmedHosts(list: JQuery): string[];
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsDiscover => {
    /** A line of the runtime's answer: a step, or the end of the search. */
    interface Line {
      readonly kind?: string;
      readonly asked?: string;
      readonly outcome?: string;
      readonly detail?: string;
      readonly done?: boolean;
      readonly url?: string;
      readonly unconfirmed?: readonly string[];
      readonly text?: string;
      readonly anonymous?: boolean;
    }

    const GOOD = ['found', 'redirected', 'asks'];
    const BAD = ['refused', 'unconfirmed', 'insecure', 'not-offered'];

    function makeFinder(form: JQuery, node: EwsEditorNode, account: () => object, changed: () => void): void {
      const place = form.find('.ews-discover');
      const list = form.find('.ews-confirmed').attr('aria-label', ewsDialog.text('discover.confirmed'));
      for (const host of storedHosts(node.confirmedHosts)) addHost(list, host, changed);
      const button = $('<button type="button" class="red-ui-button">').appendTo(place);
      $('<i class="fa fa-search" aria-hidden="true">').appendTo(button);
      button.append(' ', $('<span>').text(ewsDialog.text('discover.button')));
      const summary = $('<span class="ews-ask-summary" role="status">').appendTo(place);
      // What is to be decided comes first: the list of steps may be longer than the dialog.
      const offers = $('<div class="ews-discover-offers">').appendTo(place);
      const steps = $('<ol class="ews-steps">').hide().appendTo(place);
      let question: EwsQuestion | undefined;

      function search(): void {
        if (question) return;
        steps.empty().hide();
        offers.empty();
        summary.removeClass('ews-problem').text(ewsDialog.text('discover.running'));
        button.attr('aria-disabled', 'true').addClass('disabled');
        let shown = 0;
        const show = (text: string): readonly Line[] => {
          const lines = linesIn(text);
          for (const line of lines.slice(shown)) if (line.outcome !== undefined) steps.show().append(row(line));
          shown = lines.length;
          return lines;
        };
        question = ewsDialog.ask('ews-account/find', account(), show);
        void question.answer
          .then(
            ({ text }) => {
              conclude(show(text).find(({ done }) => done) ?? {});
            },
            (thrown: unknown) => {
              summary.addClass('ews-problem').text(ewsDialog.sentenceOf(thrown));
            },
          )
          .finally(() => {
            question = undefined;
            button.removeAttr('aria-disabled').removeClass('disabled');
          });
      }

      function conclude({ url, unconfirmed = [], text, anonymous }: Line): void {
        summary.toggleClass('ews-problem', url === undefined);
        if (url !== undefined) {
          summary.text(ewsDialog.text('discover.found', { url }));
          offerUrl(url);
          return;
        }
        const none = () => (anonymous ? ewsDialog.text('discover.anonymous') : ewsDialog.text('discover.nothing'));
        summary.text(text ?? (unconfirmed.length > 0 ? ewsDialog.text('discover.to-confirm') : none()));
        for (const host of unconfirmed) offerHost(host);
      }

      /** Where the address is entered, it can be what was found. */
      function offerUrl(url: string): void {
        const field = form.find('#node-config-input-url');
        if (form.find('#node-config-input-server').val() !== 'url' || field.val() === url) return;
        offer(ewsDialog.text('discover.use'), () => {
          field.val(url).trigger('change');
          offers.empty();
        });
      }

      /** A host outside the domain is told nothing until a person has looked at its name. */
      function offerHost(host: string): void {
        const sentence = $('<p>').text(ewsDialog.text('discover.confirm-question', { host }));
        offers.append(sentence);
        offer(ewsDialog.text('discover.confirm', { host }), () => {
          addHost(list, host, changed);
          changed();
          search();
        });
      }

      function offer(label: string, chosen: () => void): void {
        $('<button type="button" class="red-ui-button red-ui-button-small">')
          .text(label)
          .on('click', chosen)
          .appendTo(offers);
      }

      button.on('click', search);
      // jQuery UI tells what is taken out of the page, as the dialog is when it closes.
      place.on('remove', () => {
        question?.cancel();
      });
    }

    function linesIn(text: string): readonly Line[] {
      const whole = text.slice(0, Math.max(text.lastIndexOf('\n'), 0)).split('\n');
      return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
    }

    function row({ asked = '', outcome = '', detail = '' }: Line): JQuery {
      const state = GOOD.includes(outcome) ? 'ok' : BAD.includes(outcome) ? 'failed' : 'skipped';
      const icons = { ok: 'fa-check', failed: 'fa-times', skipped: 'fa-minus' };
      const icon = $('<i class="fa">').addClass(icons[state]).attr('aria-hidden', 'true');
      const told = $('<span class="ews-step-told">').append(
        $('<code>').text(asked),
        ' ',
        $('<span>').text(ewsDialog.text(`discover.outcome.${outcome}`, { detail })),
      );
      return $('<li class="ews-step">')
        .addClass(`ews-step-${state}`)
        .attr('data-ews-outcome', outcome)
        .append(icon, told);
    }

    function storedHosts(value: unknown): string[] {
      const all: unknown[] = Array.isArray(value) ? value : ewsDialog.textOf(value).split(/[\s,]+/);
      return all.map((host) => ewsDialog.textOf(host)).filter((host) => host !== '');
    }

    function addHost(list: JQuery, host: string, changed: () => void): void {
      if (readConfirmedHosts(list).includes(host)) return;
      const item = $('<li class="ews-confirmed-host">').attr('data-ews-host', host).append($('<code>').text(host));
      const label = ewsDialog.text('discover.forget', { host });
      $('<button type="button" class="red-ui-button red-ui-button-small">')
        .attr({ title: label, 'aria-label': label })
        .append($('<i class="fa fa-times" aria-hidden="true">'))
        .on('click', () => {
          item.remove();
          changed();
        })
        .appendTo(item.append(' '));
      item.appendTo(list);
    }

    function readConfirmedHosts(list: JQuery): string[] {
      return list
        .find('[data-ews-host]')
        .toArray()
        .map((item) => $(item).attr('data-ews-host') ?? '');
    }

    return { makeFinder, readConfirmedHosts };
  })(),
);
