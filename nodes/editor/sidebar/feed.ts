/** The subscriptions as the runtime tells of them, asked for again and again while somebody looks. */

/** How the last question went. */
type EwsFeedState = 'asking' | 'well' | 'offline' | 'forbidden';

interface EwsFeed {
  readonly rows: ReadonlyMap<number, EwsRow>;
  readonly state: EwsFeedState;
  /** How far the clock of the runtime is ahead of this one, in milliseconds. */
  readonly ahead: number;
  /** Asks now and, from then on, every few seconds. */
  start(): void;
  stop(): void;
  /** Asks now, if it is started. */
  refresh(): void;
}

interface EwsFeeds {
  /** @param changed called after each answer, and each failure */
  makeFeed(changed: () => void): EwsFeed;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsFeeds => {
    const EVERY_MS = 3000;
    /** While nobody answers, it is asked less and less often, down to this. */
    const SELDOM_MS = 30_000;

    function makeFeed(changed: () => void): EwsFeed {
      const rows = new Map<number, EwsRow>();
      let state: EwsFeedState = 'asking';
      let ahead = 0;
      let revision = '';
      let timer: number | undefined;
      let failures = 0;
      /** Counts the starts: what an earlier one asked for is of no use any more. */
      let run = 0;
      let isStarted = false;
      let isAsking = false;

      /** The next question, if there is one, is asked when the answer to this has come. */
      function later(ms: number): void {
        window.clearTimeout(timer);
        timer = window.setTimeout(ask, ms);
      }

      function ask(): void {
        window.clearTimeout(timer);
        if (isAsking) return;
        isAsking = true;
        const asked = run;
        const isWanted = () => isStarted && asked === run;
        void $.ajax({ url: 'ews-notifications/subscriptions', data: { since: revision }, dataType: 'json' }).then(
          (answer: EwsAnswer) => {
            isAsking = false;
            take(answer);
            if (isWanted()) later(answer.more ? 0 : EVERY_MS);
            else if (isStarted) ask();
          },
          (failure: unknown) => {
            const { status } = failure as JQuery.jqXHR;
            isAsking = false;
            failures += 1;
            state = status === 401 || status === 403 ? 'forbidden' : 'offline';
            changed();
            if (isStarted) later(Math.min(EVERY_MS * 2 ** Math.min(failures, 8), SELDOM_MS));
          },
        );
      }

      function take(answer: EwsAnswer): void {
        failures = 0;
        state = answer.more ? 'asking' : 'well';
        ahead = answer.now - Date.now();
        revision = answer.revision;
        if (answer.reset) rows.clear();
        for (const id of answer.gone) rows.delete(id);
        for (const row of answer.rows) rows.set(row.id, row);
        changed();
      }

      function refresh(): void {
        if (isStarted) ask();
      }

      return {
        rows,
        get state() {
          return state;
        },
        get ahead() {
          return ahead;
        },
        start() {
          if (isStarted) return;
          isStarted = true;
          run += 1;
          failures = 0;
          ask();
        },
        stop() {
          isStarted = false;
          window.clearTimeout(timer);
        },
        refresh,
      };
    }

    return { makeFeed };
  })(),
);
