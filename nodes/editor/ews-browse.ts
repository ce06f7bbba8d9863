/** "Browse…" beside the list of folders: the folders of the mailbox as the server has them, to be chosen from. */

interface EwsFolderBrowser {
  makeFolderBrowser(place: JQuery, list: JQuery, node: EwsEditorNode, values: () => EwsValues): void;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsFolderBrowser => {
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
        note: total === undefined ? '' : ewsDialog.text('tree.counts', { total, unread }),
        ...(path.length > 0 ? { path: path.join(' / ') } : {}),
        icon: iconOf(told),
        hasChildren: !isFlat && children > 0,
      };
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

    function makeFolderBrowser(place: JQuery, list: JQuery, node: EwsEditorNode, values: () => EwsValues): void {
      const button = $('<button type="button" class="red-ui-button red-ui-button-small" aria-expanded="false">')
        .append('<i class="fa fa-sitemap" aria-hidden="true">', ' ', $('<span>').text(ewsDialog.text('tree.browse')))
        .appendTo(place);
      let close: (() => void) | undefined;
      button.on('click', () => {
        if (close) {
          close();
          return;
        }
        button.attr('aria-expanded', 'true');
        const panel = openPanel(place, list, node, values, () => close?.());
        close = () => {
          panel.remove();
          close = undefined;
          button.attr('aria-expanded', 'false').trigger('focus');
        };
      });
    }

    function openPanel(
      place: JQuery,
      list: JQuery,
      node: EwsEditorNode,
      values: () => EwsValues,
      close: () => void,
    ): JQuery {
      const text = (key: string, more?: Record<string, number>) => ewsDialog.text(`tree.${key}`, more);
      const panel = $('<div class="ews-browser">').appendTo(place);
      const bar = $('<div class="ews-browser-search">').appendTo(panel);
      const words = $('<input type="text" class="ews-browser-words">')
        .attr({ placeholder: text('search-placeholder'), 'aria-label': text('search') })
        .appendTo(bar);
      const search = makeButton('ews-browser-deep', text('search-server')).appendTo(bar);
      const told = $('<div class="ews-browser-told" role="status">').appendTo(panel);
      const chosen = new Map<string, EwsTreeItem>();
      const add = makeButton('ews-browser-add', text('add')).addClass('primary');
      let atWork: EwsQuestion | undefined;
      /** Counts what is asked: what comes late of something earlier is not shown. */
      let current = 0;

      const say = (sentence: string, isProblem = false): void => {
        told.toggleClass('ews-problem', isProblem).text(sentence);
      };

      const fetchLevel = async (more: object): Promise<ToldLevel & { folders: readonly Told[] }> => {
        atWork = ewsDialog.ask('ews-account/folders', { ...question(node, values()), ...more });
        const answer = JSON.parse((await atWork.answer).text) as ToldLevel;
        if (answer.text !== undefined) throw new Error(answer.text);
        return { ...answer, folders: answer.folders ?? [] };
      };

      const levelOf = (
        answer: ToldLevel & { folders: readonly Told[] },
        parent: object,
        isFlat: boolean,
      ): EwsTreeLevel => ({
        items: answer.folders.map((one) => itemOf(one, isFlat)),
        more:
          answer.nextOffset === undefined
            ? undefined
            : async () => levelOf(await fetchLevel({ ...parent, offset: answer.nextOffset }), parent, isFlat),
      });

      const load = async (more: { parent?: string; search?: string }): Promise<[EwsTreeLevel, ToldLevel]> => {
        const answer = await fetchLevel(more);
        return [levelOf(answer, more, more.search !== undefined), answer];
      };

      /** The ids that the server knows folders by, which have names of their own in the list. */
      const serverIds = new Map<string, string>();
      const tree = ewsDialog.makeTree($('<ul>').appendTo(panel), {
        label: text('label'),
        load: async ({ id }) => (await load({ parent: serverIds.get(id) ?? id }))[0],
        isTicked: ({ id }) => chosen.has(id),
        ticked: (item, on) => {
          if (on) chosen.set(item.id, item);
          else chosen.delete(item.id);
          add.prop('disabled', chosen.size === 0);
        },
        trouble: (sentence) => {
          say(sentence, sentence !== '');
        },
      });

      const showAll = (more: { search?: string }): void => {
        const turn = (current += 1);
        say(text('loading'));
        tree.show({ items: [] });
        void load(more).then(
          ([level, answer]) => {
            if (turn !== current) return;
            for (const { id, distinguished } of answer.folders ?? [])
              if (distinguished) serverIds.set(distinguished, id);
            tree.show(level);
            say(conclusion(answer, more.search !== undefined, mailboxesOf(values()).length > 1, text));
          },
          (thrown: unknown) => {
            const message = ewsDialog.sentenceOf(thrown);
            if (turn === current) say(message, true);
          },
        );
      };

      let isFound = false;
      const searchServer = (): void => {
        const wanted = ewsDialog.textOf(words.val());
        if (wanted === '') return;
        isFound = true;
        showAll({ search: wanted });
      };
      words.on('input', (event) => {
        // The dialog itself has nothing to look at again.
        event.stopPropagation();
        if (isFound) {
          isFound = false;
          showAll({});
        } else {
          say(text('shown', { count: tree.filter(ewsDialog.textOf(words.val())) }));
        }
      });
      words.on('keydown', (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        searchServer();
      });
      search.on('click', searchServer);

      const buttons = $('<div class="ews-browser-buttons">').appendTo(panel);
      add.prop('disabled', true).appendTo(buttons);
      makeButton('ews-browser-close', text('close')).on('click', close).appendTo(buttons);
      add.on('click', () => {
        addToList(list, [...chosen.values()]);
        close();
      });
      panel.on('remove', () => {
        current += 1;
        atWork?.cancel();
      });
      showAll({});
      words.trigger('focus');
      return panel;
    }

    function conclusion(
      { folders = [], partial = false, cut = false }: ToldLevel,
      isSearch: boolean,
      isOfSeveral: boolean,
      text: (key: string, values?: Record<string, number>) => string,
    ): string {
      if (folders.length === 0 && !cut) return text(isSearch ? 'none-found' : 'empty');
      const sentences = [
        ...(isSearch ? [text('shown', { count: folders.length })] : []),
        ...(partial ? [text('partial')] : []),
        ...(cut ? [text('cut')] : []),
        ...(isOfSeveral ? [text('several')] : []),
      ];
      return sentences.join(' ');
    }

    function makeButton(name: string, label: string): JQuery {
      return $('<button type="button" class="red-ui-button red-ui-button-small">').addClass(name).text(label);
    }

    /** Adds what is not in the list yet. */
    function addToList(list: JQuery, chosen: readonly EwsTreeItem[]): void {
      const known = new Set(ewsDialog.readFolderList(list).map(({ id }) => id));
      for (const { id, label } of chosen) {
        if (!known.has(id)) list.editableList('addItem', { id, name: label });
      }
    }

    return { makeFolderBrowser };
  })(),
);
