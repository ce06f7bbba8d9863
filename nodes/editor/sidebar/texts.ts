/** Words, times, and what they are made of. */

interface EwsSidebarTexts {
  /** A text of the sidebar's own catalogue. */
  say(key: string, values?: Record<string, string | number>): string;
  /** A moment (ms since 1970) as short as it can be: the time, for another day the date too. */
  momentOf(time: number | undefined): string;
  /** What a subscription's state is called; for one in trouble, what is wrong. */
  stateOf(row: EwsRow): string;
  /** What a folder is called: one that every mailbox has in the editor's language, whatever the flow names it in. */
  folderOf(folder: { readonly id: string; readonly name: string }): string;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsSidebarTexts => {
    const CATALOGUE = '@ews-flows/node-red-ews-notifications/ews-sidebar:';
    const DIALOGS = '@ews-flows/node-red-ews-notifications/ews-account:';

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

    function folderOf({ id, name }: { readonly id: string; readonly name: string }): string {
      // Folder ids are no keys; a name that has no text comes back as its key.
      const key = `folder.${id}`;
      const text = /^[a-z]+$/.test(id) ? RED._(DIALOGS + key) : key;
      return text.endsWith(key) ? name || id : text;
    }

    return { say, momentOf, stateOf, folderOf };
  })(),
);
