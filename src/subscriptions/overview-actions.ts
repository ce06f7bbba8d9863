import type { OverviewEntry } from './overview.js';

export const OVERVIEW_ACTIONS = ['ask', 'reopen', 'pause', 'resume', 'unsubscribe'] as const;
/** What can be done with a subscription by hand. */
export type OverviewAction = (typeof OVERVIEW_ACTIONS)[number];

export function isOverviewAction(text: unknown): text is OverviewAction {
  return OVERVIEW_ACTIONS.some((action) => action === text);
}

/** What makes sense for a subscription as it is now. */
export function actionsFor({ engine, facts }: OverviewEntry): OverviewAction[] {
  if (facts.state === 'paused') return ['resume'];
  return [...(engine.ask ? (['ask'] as const) : []), 'reopen', 'pause', 'unsubscribe'];
}

/** Does it; resolves when it is done. */
export async function act(entry: OverviewEntry, action: OverviewAction): Promise<void> {
  const { engine } = entry;
  switch (action) {
    case 'ask':
      engine.ask?.();
      return;
    case 'reopen':
      return engine.reopen();
    case 'pause':
      return engine.pause();
    case 'resume':
      return engine.resume();
    case 'unsubscribe':
      return entry.end(engine);
  }
}
