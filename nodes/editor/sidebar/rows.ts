/** Which subscriptions are shown, and in which order. */

/** What a state means for somebody who looks whether all is well. */
type EwsGroup = 'trouble' | 'busy' | 'paused' | 'well';

interface EwsSidebarRows {
  groupOf(state: EwsState): EwsGroup;
  /** Those that match, what is in trouble first. An empty group means all. */
  matching(rows: Iterable<EwsRow>, words: string, group: EwsGroup | ''): EwsRow[];
  countGroups(rows: Iterable<EwsRow>): Record<EwsGroup, number>;
  /** The node as the editor has it; the instance, for one inside a subflow. */
  placeOf(row: Pick<EwsRow, 'node' | 'flow'>): string | undefined;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsSidebarRows => {
    const order: readonly EwsGroup[] = ['trouble', 'busy', 'paused', 'well'];

    function groupOf(state: EwsState): EwsGroup {
      switch (state) {
        case 'waiting':
        case 'stopped':
          return 'trouble';
        case 'starting':
        case 'subscribing':
        case 'awaiting':
        case 'closed':
          return 'busy';
        case 'paused':
          return 'paused';
        case 'connected':
        case 'idle':
          return 'well';
      }
    }

    function textOf(row: EwsRow): string {
      const place = placeOf(row);
      const node = place === undefined ? null : (RED.nodes.node(place) as { name?: string } | null);
      return [row.mailbox, row.accountName, ewsSidebar.say(`delivery.${row.delivery}`), node?.name ?? '']
        .concat(ewsSidebar.stateOf(row))
        .join(' ')
        .toLowerCase();
    }

    function matching(rows: Iterable<EwsRow>, words: string, group: EwsGroup | ''): EwsRow[] {
      const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
      const found = [...rows].filter((row) => {
        if (group !== '' && groupOf(row.state) !== group) return false;
        if (wanted.length === 0) return true;
        const text = textOf(row);
        return wanted.every((word) => text.includes(word));
      });
      const rank = (row: EwsRow) => order.indexOf(groupOf(row.state));
      return found.sort(
        (one, other) => rank(one) - rank(other) || compare(one.mailbox, other.mailbox) || one.id - other.id,
      );
    }

    /** Not by the rules of a language, which take long for ten thousand. */
    function compare(one: string, other: string): number {
      return one < other ? -1 : one > other ? 1 : 0;
    }

    function countGroups(rows: Iterable<EwsRow>): Record<EwsGroup, number> {
      const counts = { trouble: 0, busy: 0, paused: 0, well: 0 };
      for (const { state } of rows) counts[groupOf(state)] += 1;
      return counts;
    }

    /** A node in an instance of a subflow is held by that; one instance inside another is named "<outer>-<inner>". */
    function placeOf({ node, flow }: Pick<EwsRow, 'node' | 'flow'>): string | undefined {
      const parts = flow.split('-');
      const outer = parts.map((_part, at) => parts.slice(0, parts.length - at).join('-'));
      return [node, ...outer].find((id) => RED.nodes.node(id));
    }

    return { groupOf, matching, countGroups, placeOf };
  })(),
);
