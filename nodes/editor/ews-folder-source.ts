/** What the runtime tells of the folders of a mailbox, as a tree takes it. */

/** What is asked for: the top of the mailbox, the folders in one, or those whose names hold a text. */
interface EwsFolderQuestion {
  readonly parent?: string;
  readonly search?: string;
}

interface EwsFolderAnswer {
  readonly level: EwsTreeLevel;
  /** What has to be known of it, as a sentence; empty if nothing. */
  readonly remark: string;
}

interface EwsFolderSource {
  /** Rejects with a sentence. */
  load(wanted: EwsFolderQuestion): Promise<EwsFolderAnswer>;
  /** Nobody waits for answers any more. */
  cancel(): void;
}

interface EwsFolderSources {
  /** The folders of the mailbox that stands in a dialog, opened in the way and with the account that stand there. */
  folderSource(node: EwsEditorNode, values: () => EwsValues): EwsFolderSource;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsFolderSources => {
    /** A folder as the runtime tells it. */
    interface Told {
      readonly id: string;
      readonly name: string;
      readonly distinguished?: string;
      readonly folderClass: string;
      readonly total?: number;
      readonly unread?: number;
      readonly children: number;
      readonly path?: readonly string[];
    }

    interface ToldLevel {
      readonly folders?: readonly Told[];
      readonly nextOffset?: number;
      readonly partial?: boolean;
      readonly cut?: boolean;
      /** What went wrong, in place of all else. */
      readonly text?: string;
    }

    /** By the beginning of the folder's class; the first that fits. */
    const ICONS: readonly (readonly [string, string])[] = [
      ['IPF.Appointment', 'fa-calendar'],
      ['IPF.Contact', 'fa-address-book-o'],
      ['IPF.Task', 'fa-check-square'],
      ['IPF.StickyNote', 'fa-sticky-note-o'],
      ['IPF.Journal', 'fa-book'],
      ['IPF.Note', 'fa-envelope-o'],
    ];
    const ICONS_BY_NAME: Readonly<Record<string, string>> = { inbox: 'fa-inbox', deleteditems: 'fa-trash-o' };

    function iconOf({ folderClass, distinguished = '' }: Told): string {
      const byClass = ICONS.find(([start]) => folderClass.startsWith(start))?.[1];
      return ICONS_BY_NAME[distinguished] ?? byClass ?? 'fa-folder-o';
    }

    function itemOf(told: Told, isFlat: boolean): EwsTreeItem {
      const { id, name, distinguished, total, unread = 0, children, path = [] } = told;
      return {
        id: distinguished ?? id,
        label: name,
        note: noteOf(total, unread),
        ...(path.length > 0 ? { path: path.join(' / ') } : {}),
        icon: iconOf(told),
        hasChildren: !isFlat && children > 0,
      };
    }

    function noteOf(total: number | undefined, unread: number): string {
      if (total === undefined) return '';
      const items = ewsDialog.text('tree.items', { count: total });
      return unread > 0 ? `${items}, ${ewsDialog.text('tree.unread', { count: unread })}` : items;
    }

    /** What a question about folders names: the account as the editor has it, and whose mailbox is opened how. */
    function question(node: EwsEditorNode, values: EwsValues): object {
      const account = RED.nodes.node(ewsDialog.textOf(values.account)) as unknown as EwsEditorNode | null;
      if (account?.type !== 'ews-account') throw new Error(ewsDialog.text('ask.no-account'));
      const [mailbox = ''] = mailboxesOf(values);
      return { ...ewsDialog.accountAsked(account), node: node.id, mailbox, access: ewsDialog.textOf(values.access) };
    }

    function mailboxesOf({ mailbox }: EwsValues): string[] {
      const each = ewsDialog.textOf(mailbox).split(/[,\n]/);
      return each.map((one) => one.trim()).filter((one) => one !== '');
    }

    function folderSource(node: EwsEditorNode, values: () => EwsValues): EwsFolderSource {
      const open = new Set<EwsQuestion>();

      async function ask(wanted: EwsFolderQuestion, offset: number): Promise<ToldLevel> {
        const asked = ewsDialog.ask('ews-account/folders', { ...question(node, values()), ...wanted, offset });
        open.add(asked);
        try {
          const told = JSON.parse((await asked.answer).text) as ToldLevel;
          if (told.text !== undefined) throw new Error(told.text);
          return told;
        } finally {
          open.delete(asked);
        }
      }

      function levelOf({ folders = [], nextOffset }: ToldLevel, wanted: EwsFolderQuestion): EwsTreeLevel {
        return {
          items: folders.map((one) => itemOf(one, wanted.search !== undefined)),
          more: nextOffset === undefined ? undefined : async () => levelOf(await ask(wanted, nextOffset), wanted),
        };
      }

      return {
        load: async (wanted) => {
          const told = await ask(wanted, 0);
          const isOfSeveral = mailboxesOf(values()).length > 1;
          return { level: levelOf(told, wanted), remark: remarkOn(told, wanted, isOfSeveral) };
        },
        cancel: () => {
          for (const asked of open) asked.cancel();
        },
      };
    }

    function remarkOn(told: ToldLevel, { search }: EwsFolderQuestion, isOfSeveral: boolean): string {
      const { folders = [], partial = false, cut = false } = told;
      const nothing = search === undefined ? ewsDialog.text('tree.empty') : ewsDialog.text('tree.none-found');
      if (folders.length === 0 && !cut) return nothing;
      const sentences = [
        ...(search === undefined ? [] : [ewsDialog.text('tree.shown', { count: folders.length })]),
        ...(partial ? [ewsDialog.text('tree.partial')] : []),
        ...(cut ? [ewsDialog.text('tree.cut')] : []),
        ...(isOfSeveral ? [ewsDialog.text('tree.several')] : []),
      ];
      return sentences.join(' ');
    }

    return { folderSource };
  })(),
);
