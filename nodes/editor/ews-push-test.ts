/** "Test from here" in the dialog of ews-push-in: whether a call to its address comes to this Node-RED. */

interface EwsPushTest {
  /** Puts it below the row that shows the address. */
  makePushTest(address: JQuery, node: EwsEditorNode, values: () => EwsValues): void;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsPushTest => {
    /** What the runtime tells; `text` where a call failed. */
    interface Finding {
      readonly kind: string;
      readonly status?: number;
      readonly to?: string;
      readonly text?: string;
    }

    function makePushTest(address: JQuery, node: EwsEditorNode, values: () => EwsValues): void {
      const row = $('<div class="form-row" data-ews-row="push-test"></div>').insertAfter(address);
      const button = $('<button type="button" class="red-ui-button" id="ews-push-test">').appendTo(row);
      $('<i class="fa fa-plug" aria-hidden="true">').appendTo(button);
      button.append(' ', $('<span>').text(ewsDialog.text('push-test.button')));
      const told = $('<div class="ews-push-finding" role="status">').appendTo(row);
      let question: EwsQuestion | undefined;
      button.on('click', () => {
        if (question) return;
        const { publicUrl, path } = values();
        tell(told, 'hint', ewsDialog.text('push-test.running'));
        button.attr('aria-disabled', 'true').addClass('disabled');
        question = ewsDialog.ask(`ews-push-in/${encodeURIComponent(node.id)}/test`, {
          publicUrl: ewsDialog.textOf(publicUrl),
          path: ewsDialog.textOf(path),
        });
        void question.answer
          .then(
            ({ text }) => {
              show(told, JSON.parse(text) as Finding);
            },
            (thrown: unknown) => {
              const message = ewsDialog.sentenceOf(thrown);
              tell(told, 'problem', message);
            },
          )
          .finally(() => {
            question = undefined;
            button.removeAttr('aria-disabled').removeClass('disabled');
          });
      });
      row.on('remove', () => {
        question?.cancel();
      });
    }

    function show(told: JQuery, { kind, status = 0, to = '', text }: Finding): void {
      const sentence = text ?? ewsDialog.text(`push-test.${kind}`, { status, to });
      tell(told, kind === 'reached' ? 'good' : 'problem', sentence);
    }

    function tell(told: JQuery, kind: 'good' | 'hint' | 'problem', sentence: string): void {
      told.removeClass('ews-good ews-hint ews-problem').addClass(`ews-${kind}`).text(sentence);
      told[0]?.scrollIntoView({ block: 'nearest' });
    }

    return { makePushTest };
  })(),
);
