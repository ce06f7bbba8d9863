/** The tab in the sidebar: its parts put together, and working only while somebody can see it. */

interface EwsTab {
  /** Adds the tab to the sidebar, and an action that shows it. */
  addTab(): void;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsTab => {
    const ID = 'ews-sidebar';
    const ACTION = 'ews:show-sidebar';
    const CATALOGUE = '@ews-flows/node-red-ews-notifications/ews-sidebar:';
    const say = (key: string, values: Record<string, string | number> = {}) => ewsSidebar.say(key, values);

    /** What the editor's types leave out. */
    interface Surroundings {
      readonly actions: { add(name: string, handler: () => void, options: { label: string }): void };
      readonly comms: { on?(event: string, listener: () => void): void };
    }

    function addTab(): void {
      const { content, lookNow } = makeContent();
      RED.sidebar.addTab({
        ...{ id: ID, name: say('tab'), label: say('tab'), iconClass: 'fa fa-envelope-o' },
        content,
        enableOnEdit: true,
        onchange: lookNow,
      } as Parameters<typeof RED.sidebar.addTab>[0]);
      (RED as unknown as Surroundings).actions.add(
        ACTION,
        () => {
          RED.sidebar.show(ID);
        },
        { label: `${CATALOGUE}action.show` },
      );
    }

    function makeContent(): { content: HTMLElement; lookNow: () => void } {
      const content = $('<div class="ews-sb">');
      const summary = $('<p class="ews-sb-summary" role="status">');
      const words = $('<input type="search" class="ews-sb-words">').attr({
        ...{ placeholder: say('filter.words'), 'aria-label': say('filter.words') },
      });
      const group = $('<select class="ews-sb-group">').attr('aria-label', say('filter.state'));
      for (const one of ['', 'trouble', 'busy', 'paused', 'well']) {
        group.append(
          $('<option>')
            .val(one)
            .text(say(`filter.${one || 'all'}`)),
        );
      }
      const empty = $('<p class="ews-sb-empty">');

      const table = ewsSidebar.makeTable({
        selected: (row) => {
          chosen = row.id;
          details.show(row);
        },
        revealed: reveal,
      });
      const details = ewsSidebar.makeDetails({
        reveal,
        done: () => {
          feed.refresh();
        },
        closed: () => {
          chosen = undefined;
          table.select(undefined);
          table.element.focus();
        },
      });
      let chosen: number | undefined;
      const feed = ewsSidebar.makeFeed(() => {
        show();
        const row = chosen === undefined ? undefined : feed.rows.get(chosen);
        if (feed.state === 'well') details.show(row);
      });

      function show(): void {
        const shown = ewsSidebar.matching(
          feed.rows.values(),
          String(words.val()),
          String(group.val()) as EwsGroup | '',
        );
        table.show(shown, Math.floor((Date.now() + feed.ahead) / 60_000));
        const text = summaryOf(feed);
        // Whoever listens instead of looking is not told the same again and again.
        if (summary.text() !== text) summary.text(text);
        summary.toggleClass('ews-sb-alarm', feed.state === 'offline' || feed.state === 'forbidden');
        const isEmpty = shown.length === 0 && feed.state === 'well';
        empty.toggle(isEmpty).text(say(feed.rows.size === 0 ? 'nothing' : 'nothing-matches'));
        content.toggleClass('ews-sb-stale', feed.state === 'offline');
      }

      words.on('input', show);
      group.on('change', show);
      const filter = $('<div class="ews-sb-filter">').append(words, group);
      content.append(summary, filter, empty, table.element, details.element);
      const element = content.get(0) as HTMLElement;
      return { content: element, lookNow: whileSeen(element, feed) };
    }

    function summaryOf({ rows, state }: EwsFeed): string {
      if (state === 'forbidden') return say('summary.forbidden');
      if (state === 'offline') return say('summary.offline');
      if (state === 'asking' && rows.size === 0) return say('summary.asking');
      const { well, trouble, busy, paused } = ewsSidebar.countGroups(rows.values());
      return [
        say('summary.well', { count: well }),
        say('summary.trouble', { count: trouble }),
        busy > 0 ? say('summary.busy', { count: busy }) : '',
        paused > 0 ? say('summary.paused', { count: paused }) : '',
      ]
        .filter(Boolean)
        .join(', ');
    }

    /** Has the feed work only while the tab can be seen. Returns what looks whether it can. */
    function whileSeen(content: HTMLElement, feed: EwsFeed): () => void {
      let isShown = false;
      const look = () => {
        if (isShown && document.visibilityState === 'visible') feed.start();
        else feed.stop();
      };
      new IntersectionObserver((entries) => {
        isShown = entries.at(-1)?.isIntersecting ?? false;
        look();
      }).observe(content);
      document.addEventListener('visibilitychange', look);
      // The connection to the runtime is back: no need to wait for the next attempt.
      (RED as unknown as Surroundings).comms.on?.('connect', () => {
        feed.refresh();
      });
      return look;
    }

    function reveal(row: EwsRow): void {
      const place = ewsSidebar.placeOf(row);
      if (place === undefined) {
        RED.notify(say('not-here'), 'warning');
        return;
      }
      // The flow takes the focus, now or in a moment; whoever goes on by keyboard is here.
      const focused = document.activeElement as HTMLElement | null;
      RED.view.reveal(place);
      if (focused?.closest('.ews-sb')) {
        focused.focus();
        window.setTimeout(() => {
          focused.focus();
        });
      }
    }

    return { addTab };
  })(),
);
