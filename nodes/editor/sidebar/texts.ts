/** Words, times, and what they are made of. */

interface EwsSidebarTexts {
  /** A text of the sidebar's own catalogue. */
  say(key: string, values?: Record<string, string | number>): string;
  /** A moment (ms since 1970) as short as it can be: the time, for another day the date too. */
  momentOf(time: number | undefined): string;
  /** What a subscription's state is called; for one in trouble, what is wrong. */
  stateOf(row: EwsRow): string;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsSidebarTexts => {
    const CATALOGUE = '@ews-flows/node-red-ews-notifications/ews-sidebar:';

    function say(key: string, values: Record<string, string | number> = {}): string {
      return (RED._ as (id: string, values: object) => string)(CATALOGUE + key, values);
    }

    function momentOf(time: number | undefined): string {
      if (time === undefined) return say('never');
      const moment = new Date(time);
      const isToday = moment.toDateString() === new Date().toDateString();
      const clock = { hour: '2-digit', minute: '2-digit' } as const;
      return moment.toLocaleString(languages(), isToday ? clock : { ...clock, month: 'short', day: 'numeric' });
    }

    /** The language of the editor; where the browser does not know it, the browser's own. */
    function languages(): string | undefined {
      const language = (RED as unknown as { i18n?: { lang?: () => string } }).i18n?.lang?.();
      return language !== undefined && Intl.DateTimeFormat.supportedLocalesOf(language).length > 0
        ? language
        : undefined;
    }

    function stateOf({ state, reason }: EwsRow): string {
      return reason ?? say(`state.${state}`);
    }

    return { say, momentOf, stateOf };
  })(),
);
