/** The event types in a dialog: a checkbox and a short sentence for each. */

interface EwsEvents {
  makeEventList(list: JQuery, events: unknown, changed: () => void): void;
  readEventList(list: JQuery): string[];
  /** The event types of EWS, without the "Event" that it ends them with. */
  readonly eventTypes: readonly string[];
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsEvents => {
    const eventTypes = ['NewMail', 'Created', 'Deleted', 'Modified', 'Moved', 'Copied', 'FreeBusyChanged'];

    function makeEventList(list: JQuery, events: unknown, changed: () => void): void {
      const wanted = new Set(Array.isArray(events) ? (events as unknown[]) : []);
      for (const type of eventTypes) {
        const box = $('<input type="checkbox">').val(type).prop('checked', wanted.has(type)).on('change', changed);
        $('<label class="ews-event">')
          .append(box, $('<b>').text(ewsDialog.text(`event.${type}.name`)))
          .append($('<span>').text(ewsDialog.text(`event.${type}.meaning`)))
          .attr('title', type)
          .appendTo(list);
      }
    }

    function readEventList(list: JQuery): string[] {
      return list
        .find('input:checked')
        .toArray()
        .map((box) => String($(box).val()));
    }

    return { makeEventList, readEventList, eventTypes };
  })(),
);
