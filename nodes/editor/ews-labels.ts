/** What a node that watches mailboxes is called on the flow, if it has no name of its own. */

interface EwsLabels {
  /** @param fallback what it is called if nothing about it is worth telling */
  labelOf(node: EwsValues, fallback: string): string;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsLabels => {
    function labelOf(node: EwsValues, fallback: string): string {
      const name = ewsDialog.textOf(node.name);
      if (name !== '') return name;
      if (node.source === 'input') return fallback;
      const told = [mailboxes(ewsDialog.textOf(node.mailbox)), folder(node)].filter((part) => part !== '');
      return told.join(' · ') || fallback;
    }

    /** The first of them, and how many more there are. */
    function mailboxes(text: string): string {
      const [first = '', ...others] = text.split(/[\s,]+/).filter((one) => one !== '');
      return others.length > 0 ? `${first} +${others.length}` : first;
    }

    /** The folder, if it is one and not the inbox, which most nodes watch. */
    function folder({ folders, allFolders }: EwsValues): string {
      if (allFolders === true || !Array.isArray(folders) || folders.length !== 1) return '';
      const [only] = folders as { id?: unknown; name?: unknown }[];
      const id = ewsDialog.textOf(only?.id);
      const name = ewsDialog.textOf(only?.name);
      // Without a name of its own, an id says nothing to people.
      return id === 'inbox' || name === id ? '' : name;
    }

    return { labelOf };
  })(),
);
