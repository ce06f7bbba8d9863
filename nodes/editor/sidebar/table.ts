/** The table: only the rows that can be seen are in the page, however many there are. */

interface EwsTable {
  readonly element: HTMLElement;
  /** @param now the minute that the hour of the bars ends with, in minutes since 1970 */
  show(rows: readonly EwsRow[], now: number): void;
  select(id: number | undefined): void;
}

interface EwsTableEvents {
  /** Another row was chosen, by keyboard or mouse. */
  selected(row: EwsRow): void;
  /** A row's node is to be shown. */
  revealed(row: EwsRow): void;
}

interface EwsTables {
  makeTable(events: EwsTableEvents): EwsTable;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsTables => {
    const ROW_PX = 46;
    /** Rows that are made beyond those that can be seen, so that scrolling shows no gaps. */
    const BEYOND = 4;
    const COLUMNS = ['mailbox', 'hour', 'state', 'event'] as const;

    function makeTable(events: EwsTableEvents): EwsTable {
      let rows: readonly EwsRow[] = [];
      let minute = 0;
      let chosen: number | undefined;
      let height = 0;
      /** The rows in the page, by id, with what they show. */
      const made = new Map<number, { readonly element: HTMLElement; shown: string }>();
      const element = part('div', 'ews-sb-table', { role: 'grid', tabindex: '0' });
      element.setAttribute('aria-label', ewsSidebar.say('table'));
      element.setAttribute('aria-colcount', String(COLUMNS.length));
      const header = part('div', 'ews-sb-header', { role: 'row', 'aria-rowindex': '1' });
      for (const column of COLUMNS) {
        const cell = part('span', '', { role: 'columnheader' });
        cell.textContent = ewsSidebar.say(`column.${column}`);
        header.append(cell);
      }
      const space = part('div', 'ews-sb-space', { role: 'rowgroup' });
      element.append(header, space);

      function show(next: readonly EwsRow[], now: number): void {
        rows = next;
        minute = now;
        element.setAttribute('aria-rowcount', String(rows.length + 1));
        space.style.height = `${rows.length * ROW_PX}px`;
        draw();
      }

      function draw(): void {
        const first = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - BEYOND);
        const last = Math.ceil((element.scrollTop + element.clientHeight) / ROW_PX) + BEYOND;
        const seen = rows.slice(first, last);
        const ids = new Set(seen.map(({ id }) => id));
        for (const [id, { element: gone }] of made) {
          if (ids.has(id)) continue;
          gone.remove();
          made.delete(id);
        }
        seen.forEach((row, at) => {
          place(row, first + at);
        });
        if (chosen !== undefined && ids.has(chosen)) element.setAttribute('aria-activedescendant', rowId(chosen));
        else element.removeAttribute('aria-activedescendant');
      }

      function place(row: EwsRow, at: number): void {
        const known = made.get(row.id) ?? {
          element: part('div', 'ews-sb-row', { role: 'row', id: rowId(row.id) }),
          shown: '',
        };
        const { element: line } = known;
        const shown = JSON.stringify([row, row.hour && minute]);
        if (known.shown !== shown) fill(line, row);
        known.shown = shown;
        line.style.transform = `translateY(${at * ROW_PX}px)`;
        line.setAttribute('aria-rowindex', String(at + 2));
        line.setAttribute('aria-selected', String(row.id === chosen));
        if (!made.has(row.id)) {
          made.set(row.id, known);
          space.append(line);
        }
      }

      function fill(line: HTMLElement, row: EwsRow): void {
        line.dataset.id = String(row.id);
        line.dataset.group = ewsSidebar.groupOf(row.state);
        const mailbox = cellOf('ews-sb-mailbox', row.mailbox || ewsSidebar.say('row.no-mailbox'));
        mailbox.title = row.mailbox;
        const hour = part('span', 'ews-sb-hour', { role: 'gridcell' });
        hour.append(ewsSidebar.barsOf(row.hour, minute));
        const text = {
          state: ewsSidebar.stateOf(row),
          since: ewsSidebar.momentOf(row.since),
          delivery: ewsSidebar.say(`delivery.${row.delivery}`),
          account: row.accountName,
        };
        // Since when all is well is of less interest than whose it is, where there is little room.
        const isWell = ewsSidebar.groupOf(row.state) === 'well';
        const state = cellOf(
          'ews-sb-state',
          isWell ? ewsSidebar.say('row.well', text) : ewsSidebar.say('row.since', text),
        );
        state.title = ewsSidebar.say('row.since', text);
        state.prepend(part('i', 'ews-sb-dot', { 'aria-hidden': 'true' }));
        const last = row.lastEventAt === undefined ? '' : ewsSidebar.momentOf(row.lastEventAt);
        const event = cellOf('ews-sb-event', last);
        event.title = ewsSidebar.say('column.event');
        line.replaceChildren(mailbox, hour, state, event);
      }

      /** Scrolls just as far as a row needs to be seen. */
      function bring(at: number): void {
        const top = at * ROW_PX;
        const below = top + ROW_PX - element.clientHeight;
        if (top < element.scrollTop) element.scrollTop = top;
        else if (below > element.scrollTop) element.scrollTop = below;
      }

      /** The chosen row stays in sight when the details need room; one that was scrolled away stays away. */
      function resized(): void {
        const at = rows.findIndex(({ id }) => id === chosen);
        const wasSeen = at * ROW_PX >= element.scrollTop && (at + 1) * ROW_PX <= element.scrollTop + height;
        height = element.clientHeight;
        if (at >= 0 && wasSeen) bring(at);
        draw();
      }

      function choose(at: number, reveal: boolean): void {
        const row = rows[Math.max(0, Math.min(at, rows.length - 1))];
        if (!row) return;
        chosen = row.id;
        bring(rows.indexOf(row));
        draw();
        events.selected(row);
        if (reveal) events.revealed(row);
      }

      element.addEventListener('scroll', draw);
      new ResizeObserver(resized).observe(element);
      element.addEventListener('click', ({ target }) => {
        const id = (target as Element).closest<HTMLElement>('.ews-sb-row')?.dataset.id;
        const at = rows.findIndex((row) => String(row.id) === id);
        if (at >= 0) choose(at, true);
      });
      element.addEventListener('keydown', (event) => {
        const at = rows.findIndex(({ id }) => id === chosen);
        const page = Math.max(1, Math.floor(element.clientHeight / ROW_PX) - 1);
        const steps: Record<string, number> = {
          ...{ ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page },
          ...{ Home: 0, End: rows.length - 1, Enter: at, ' ': at },
        };
        const next = steps[event.key];
        if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
        // The editor has keys of its own.
        event.preventDefault();
        event.stopPropagation();
        if (next >= 0 || at >= 0) choose(next, event.key === 'Enter' || event.key === ' ');
      });

      return {
        element,
        show,
        select(id) {
          chosen = id;
          draw();
        },
      };
    }

    function rowId(id: number): string {
      return `ews-sb-row-${id}`;
    }

    function cellOf(name: string, text: string): HTMLElement {
      const cell = part('span', name, { role: 'gridcell' });
      cell.textContent = text;
      return cell;
    }

    function part(tag: string, name: string, attributes: Record<string, string>): HTMLElement {
      const made = document.createElement(tag);
      made.className = name;
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    }

    return { makeTable };
  })(),
);
