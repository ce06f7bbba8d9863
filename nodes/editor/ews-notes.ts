/** What stands below the fields of a dialog: objections and hints, for eyes and for screen readers; and the group "More". */

interface EwsNote {
  /** The row, or property, that it is about. */
  readonly row: string;
  readonly kind: 'hint' | 'problem';
  readonly sentence: string;
}

interface EwsNotes {
  /** Replaces the notes of a dialog. */
  showNotes(form: JQuery, notes: readonly EwsNote[]): void;
  /** Opens the groups in which something is set to another value than the usual one. */
  openChangedGroups(form: JQuery, node: EwsEditorNode): void;
  /** Hides groups of which nothing applies, and opens those in which something is wrong. */
  refreshGroups(form: JQuery, problems: readonly string[]): void;
  /** Has a link that Node-RED takes for a button be reached and pressed with the keyboard, and named. */
  makeOperable(button: JQuery, label: string): void;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsNotes => {
    const rowOf = (form: JQuery, row: string): JQuery => form.find(`[data-ews-row="${row}"]`);

    /** Where a screen reader is told of a note: at the group of several fields, else at the field. */
    function targetOf(row: JQuery): JQuery {
      return row.is('[role=group]') ? row : row.find('input, select, textarea').first();
    }

    function showNotes(form: JQuery, notes: readonly EwsNote[]): void {
      const shown = JSON.stringify(notes);
      // What is the same is left alone, so that it is not read out at every key.
      if (form.data('ews-notes') === shown) return;
      form.data('ews-notes', shown);
      form.find('.ews-note').remove();
      form.find('[data-ews-noted]').removeAttr('data-ews-noted aria-describedby aria-invalid');
      for (const note of notes) add(form, note);
    }

    function add(form: JQuery, { row, kind, sentence }: EwsNote): void {
      const id = `ews-note-${row}-${kind}`;
      const place = rowOf(form, row);
      $('<div class="ews-note" role="status">').attr('id', id).addClass(`ews-${kind}`).text(sentence).appendTo(place);
      const target = targetOf(place);
      const described = [target.attr('aria-describedby'), id].filter(Boolean).join(' ');
      target.attr({ 'aria-describedby': described, 'data-ews-noted': '' });
      if (kind === 'problem') target.attr('aria-invalid', 'true');
    }

    const groupsOf = (form: JQuery): JQuery[] =>
      form
        .find('details.ews-more')
        .toArray()
        .map((group) => $(group));

    const rowsIn = (group: JQuery): { row: JQuery; name: string }[] =>
      group
        .find('[data-ews-row]')
        .toArray()
        .map((row) => ({ row: $(row), name: $(row).attr('data-ews-row') ?? '' }));

    function openChangedGroups(form: JQuery, node: EwsEditorNode): void {
      for (const group of groupsOf(form)) {
        if (rowsIn(group).some(({ name }) => isChanged(node, name))) group.prop('open', true);
      }
    }

    function isChanged(node: EwsEditorNode, property: string): boolean {
      const usual = node._def.defaults[property]?.value;
      const value = node[property];
      // A node of an older flow may lack what it takes the usual value for.
      if (Array.isArray(value)) return JSON.stringify(value) !== JSON.stringify(usual ?? []);
      return value !== undefined && ewsDialog.textOf(value) !== ewsDialog.textOf(usual);
    }

    function refreshGroups(form: JQuery, problems: readonly string[]): void {
      for (const group of groupsOf(form)) {
        const rows = rowsIn(group);
        group.toggle(rows.some(({ row }) => row.css('display') !== 'none'));
        if (rows.some(({ name }) => problems.includes(name))) group.prop('open', true);
      }
    }

    function makeOperable(button: JQuery, label: string): void {
      button.attr({ role: 'button', tabindex: '0', 'aria-label': label }).on('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        button.trigger('click');
      });
      // Node-RED disables such a link by a class, which a screen reader is not told of.
      button.on('focus', () => {
        button.attr('aria-disabled', String(button.hasClass('disabled')));
      });
    }

    return { showNotes, openChangedGroups, refreshGroups, makeOperable };
  })(),
);
