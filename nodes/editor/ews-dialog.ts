/** An open dialog: its values, its rows that come and go, and the sentences below its fields. */

interface EwsDialogs {
  /** To be called in `oneditprepare`. */
  open(node: EwsEditorNode): void;
  /** To be called in `oneditsave`: hands over what Node-RED does not read from the dialog by itself. */
  save(node: EwsEditorNode): void;
  /** To be called in `oneditcancel`. */
  close(node: Pick<EwsEditorNode, 'id'>): void;
  /** `true`, or what is wrong with a property as a sentence. */
  validate(node: EwsEditorNode, property: string, value: unknown): true | string;
  /** Looks at all open dialogs again, after something around them changed. */
  refreshAll(): void;
  /** A text of the message catalogue that the node types share. */
  text(key: string, values?: Record<string, string | number>): string;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  // This script is loaded once for each node type; a second one would not know of dialogs that are open.
  window.ewsDialog?.open
    ? {}
    : ((): EwsDialogs => {
        const CATALOGUE = '@ews-flows/node-red-ews-notifications/ews-account:';

        interface OpenDialog {
          readonly node: EwsEditorNode;
          readonly form: JQuery;
          readonly prefix: string;
          /** The rows in which somebody has been: what is missing there is an objection, elsewhere a hint. */
          readonly visited: Set<string>;
        }

        /** The dialogs that are open: an account's may lie over that of a node which uses it. */
        const openDialogs: OpenDialog[] = [];
        const dialogOf = (node: EwsEditorNode) => openDialogs.find((dialog) => dialog.node.id === node.id);

        const text = (key: string, values: Record<string, string | number> = {}): string =>
          (RED._ as (id: string, values: object) => string)(CATALOGUE + key, values);

        /** The values as they stand in the dialog if it is open, else as they are stored. */
        function valuesOf(node: EwsEditorNode): EwsValues {
          const dialog = dialogOf(node);
          const properties = Object.keys(node._def.defaults);
          const values = Object.fromEntries(properties.map((property) => [property, node[property]]));
          if (!dialog) return values;
          const { form, prefix } = dialog;
          for (const property of [...properties, ...Object.keys(node._def.credentials ?? {})]) {
            const field = form.find(`#${prefix}-${property}`);
            if (field.length > 0) values[property] = field.is(':checkbox') ? field.prop('checked') : field.val();
          }
          return { ...values, ...listsOf(form) };
        }

        /** What is edited with something else than a plain field. */
        function listsOf(form: JQuery): EwsValues {
          const folders = form.find('.ews-folders');
          const events = form.find('.ews-events');
          const pushIn = form.find('.ews-push-in');
          const confirmed = form.find('.ews-confirmed');
          const filter = form.find('.ews-filter');
          return {
            ...(folders.length > 0 ? { folders: ewsDialog.readFolderList(folders) } : {}),
            ...(events.length > 0 ? { events: ewsDialog.readEventList(events) } : {}),
            ...(pushIn.length > 0 ? { pushIn: ewsDialog.readPushInList(pushIn) } : {}),
            ...(confirmed.length > 0 ? { confirmedHosts: ewsDialog.readConfirmedHosts(confirmed) } : {}),
            ...(filter.length > 0 ? { filter: ewsDialog.readFilterList(filter) } : {}),
          };
        }

        function problems(node: EwsEditorNode, values: EwsValues): Record<string, string> {
          return ewsDialog.problemsOf(node.type, values, ewsDialog.surroundingsOf(node, values));
        }

        function validate(node: EwsEditorNode, property: string, value: unknown): true | string {
          const problem = problems(node, { ...valuesOf(node), [property]: value })[property];
          return problem === undefined ? true : text(`problem.${problem}`);
        }

        function refresh(node: EwsEditorNode): void {
          const dialog = dialogOf(node);
          if (!dialog) return;
          const { form } = dialog;
          const values = valuesOf(node);
          const wrong = problems(node, values);
          for (const [row, applies] of Object.entries(ewsDialog.rowsOf(node.type, values))) {
            form.find(`[data-ews-row="${row}"]`).toggle(applies);
          }
          if (node.type === 'ews-push-in') ewsDialog.showAddress(form, values);
          if (node.type === 'ews-account') ewsDialog.showPreset(form, values);
          ewsDialog.refreshGroups(form, Object.keys(wrong));
          ewsDialog.showNotes(form, [...hintNotes(node, values), ...problemNotes(wrong, dialog)]);
        }

        function hintNotes(node: EwsEditorNode, values: EwsValues): EwsNote[] {
          const hints = ewsDialog.hintsOf(node.type, values, ewsDialog.surroundingsOf(node, values));
          return Object.entries(hints).flatMap(([row, hint]) =>
            hint ? [{ row, kind: 'hint' as const, sentence: text(hint.key, hint.values) }] : [],
          );
        }

        function problemNotes(wrong: Record<string, string>, { visited }: OpenDialog): EwsNote[] {
          return Object.entries(wrong).map(([row, problem]) => {
            const ahead = problem.startsWith('no-') && !visited.has(row);
            return {
              row,
              kind: ahead ? ('hint' as const) : ('problem' as const),
              sentence: text(`problem.${problem}`),
            };
          });
        }

        function open(node: EwsEditorNode): void {
          const prefix = node._def.category === 'config' ? 'node-config-input' : 'node-input';
          const form = $(`#${prefix}-name`).closest('form');
          const visited = new Set<string>();
          openDialogs.push({ node, form, prefix, visited });
          const changed = () => {
            refresh(node);
          };
          makeParts(form, node, changed);
          ewsDialog.openChangedGroups(form, node);
          form.on('input change', 'input, select, textarea', changed);
          form.on('focusout', '[data-ews-row]', (event) => {
            visited.add($(event.currentTarget as Element).attr('data-ews-row') ?? '');
            changed();
          });
          refresh(node);
        }

        /** What is no plain field. */
        function makeParts(form: JQuery, node: EwsEditorNode, changed: () => void): void {
          const folders = form.find('.ews-folders');
          if (folders.length > 0) ewsDialog.makeFolderList(folders, node.folders, changed);
          const events = form.find('.ews-events');
          if (events.length > 0) ewsDialog.makeEventList(events, node.events, changed);
          const pushIn = form.find('.ews-push-in');
          if (pushIn.length > 0) ewsDialog.makePushInList(pushIn, node.pushIn, changed);
          const filter = form.find('.ews-filter');
          if (filter.length > 0) ewsDialog.makeFilterList(filter, node.filter, changed);
          if (node.type === 'ews-push-in') ewsDialog.makeAddress(form, node);
          if (node.type === 'ews-account') ewsDialog.makePresets(form, node, changed);
          chooseUsual(form, node);
          suggestStores(form);
          nameConfigButtons(form);
          ewsDialog.makeAsking(form, node, () => valuesOf(node), changed);
        }

        /** A flow that was written by hand may leave out what it takes the usual value for; a list would show nothing. */
        function chooseUsual(form: JQuery, node: EwsEditorNode): void {
          for (const [property, { value }] of Object.entries(node._def.defaults)) {
            const list = form.find(`select#node-input-${property}`);
            if (list.length > 0 && !list.val()) list.val(ewsDialog.textOf(value));
          }
        }

        /** The buttons that Node-RED puts beside the choice of a config node: links without a name or a place in the tab order. */
        function nameConfigButtons(form: JQuery): void {
          for (const link of form.find('a.red-ui-button[id*="-input-btn-"]').toArray()) {
            const button = $(link);
            const key = button.closest('.form-row').find('label [data-i18n]').attr('data-i18n') ?? '';
            // Node-RED fills in the texts of a dialog only after this.
            const label = RED._(key);
            const adds = (button.attr('id') ?? '').endsWith('-add');
            ewsDialog.makeOperable(
              button,
              adds ? text('watch.add-new', { label }) : text('watch.edit-chosen', { label }),
            );
          }
        }

        function suggestStores(form: JQuery): void {
          const options = (ewsDialog.contextStores() ?? []).map((store) => $('<option>').attr('value', store));
          form
            .find('#node-input-store')
            .attr('list', 'ews-stores')
            .after($('<datalist id="ews-stores">').append(options));
        }

        function close(node: Pick<EwsEditorNode, 'id'>): void {
          // Of an account that was not added after all the editor hands over nothing but the id.
          const at = openDialogs.findIndex((dialog) => dialog.node.id === node.id);
          if (at >= 0) openDialogs.splice(at, 1);
        }

        function save(node: EwsEditorNode): void {
          const dialog = dialogOf(node);
          if (dialog) Object.assign(node, listsOf(dialog.form));
          close(node);
        }

        function refreshAll(): void {
          for (const { node } of openDialogs) refresh(node);
        }

        return { open, save, close, validate, refreshAll, text };
      })(),
);
