/** "Test connection" in the dialog of an account: each step with how it went, as soon as that is known. */

interface EwsConnectionTest {
  /** @param account the account as it stands in the dialog */
  makeConnectionTest(place: JQuery, account: () => object): void;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsConnectionTest => {
    /** A step as the runtime tells it. */
    interface Step {
      readonly step: string;
      readonly state: 'ok' | 'failed' | 'skipped';
      readonly ms: number;
      readonly found?: string;
      readonly values?: Record<string, string | number>;
      readonly text?: string;
      readonly countsAsTry?: boolean;
    }

    const ICONS = { ok: 'fa-check', failed: 'fa-times', skipped: 'fa-minus' };

    function makeConnectionTest(place: JQuery, account: () => object): void {
      const button = $('<button type="button" class="red-ui-button">').appendTo(place);
      $('<i class="fa fa-plug" aria-hidden="true">').appendTo(button);
      button.append(' ', $('<span>').text(ewsDialog.text('check.button')));
      const summary = $('<span class="ews-ask-summary" role="status">').appendTo(place);
      const list = $('<ol class="ews-steps">').hide().appendTo(place);
      let question: EwsQuestion | undefined;
      button.on('click', () => {
        if (question) return;
        list.empty().hide();
        summary.removeClass('ews-problem').text(ewsDialog.text('check.running'));
        button.attr('aria-disabled', 'true').addClass('disabled');
        let shown: readonly Step[] = [];
        const show = (text: string): void => {
          const steps = stepsIn(text);
          for (const step of steps.slice(shown.length)) list.show().append(row(step));
          shown = steps;
        };
        question = ewsDialog.ask('ews-account/test', account(), show);
        void question.answer
          .then(
            ({ text }) => {
              show(text);
              conclude(summary, shown);
              list[0]?.scrollIntoView({ block: 'nearest' });
            },
            (thrown: unknown) => {
              const message = ewsDialog.sentenceOf(thrown);
              summary.addClass('ews-problem').text(message);
            },
          )
          .finally(() => {
            question = undefined;
            button.removeAttr('aria-disabled').removeClass('disabled');
          });
      });
      // jQuery UI tells what is taken out of the page, as the dialog is when it closes.
      place.on('remove', () => {
        question?.cancel();
      });
    }

    /** The steps in as much of the answer as has come; the last line may not be whole. */
    function stepsIn(text: string): readonly Step[] {
      const end = text.lastIndexOf('\n');
      const lines = text.slice(0, Math.max(end, 0)).split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Step);
    }

    function row({ step, state, ms, found, values, text, countsAsTry }: Step): JQuery {
      const sentences = [
        ...(text === undefined ? [] : [text]),
        ...(found === undefined ? [] : [ewsDialog.text(`check.found.${found}`, values)]),
        ...(countsAsTry ? [ewsDialog.text('check.counts-as-try')] : []),
      ];
      const icon = $('<i class="fa">').addClass(ICONS[state]).attr('aria-hidden', 'true');
      const meaning = $('<span class="ews-only-heard">').text(`${ewsDialog.text(`check.state.${state}`)}: `);
      const told = $('<span class="ews-step-told">').text(sentences.join(' '));
      const time = $('<span class="ews-step-time">').text(ms === 0 ? '' : ewsDialog.text('check.ms', { ms }));
      return $('<li class="ews-step">')
        .addClass(`ews-step-${state}`)
        .attr('data-ews-step', step)
        .append(icon, $('<b>').text(ewsDialog.text(`check.step.${step}`)), meaning, told, time);
    }

    function conclude(summary: JQuery, steps: readonly Step[]): void {
      const failed = steps.filter(({ state }) => state === 'failed').length;
      const text =
        failed === 0 ? ewsDialog.text('check.good') : ewsDialog.text('check.done', { failed, count: steps.length });
      summary.toggleClass('ews-problem', failed > 0).text(text);
    }

    return { makeConnectionTest };
  })(),
);
