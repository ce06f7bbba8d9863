/** "Browse…" beside the list of folders: the folders of the mailbox as the server has them, to be chosen from. */

interface EwsFolderBrowser {
  makeFolderBrowser(place: JQuery, list: JQuery, node: EwsEditorNode, values: () => EwsValues): void;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsFolderBrowser => {
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
        const panel = openPanel(place, list, ewsDialog.folderSource(node, values), () => close?.());
        close = () => {
          panel.remove();
          close = undefined;
          button.attr('aria-expanded', 'false').trigger('focus');
        };
      });
    }

    function openPanel(place: JQuery, list: JQuery, source: EwsFolderSource, close: () => void): JQuery {
      const panel = $('<div class="ews-browser">').appendTo(place);
      const { words, search } = makeSearch(panel);
      const told = $('<div class="ews-browser-told" role="status">').appendTo(panel);
      const add = makeButton('ews-browser-add', ewsDialog.text('tree.add')).addClass('primary').prop('disabled', true);
      const say = (sentence: string, isProblem = false): void => {
        told.toggleClass('ews-problem', isProblem).text(sentence);
      };
      const wanted = () => ewsDialog.textOf(words.val());

      /** What is ticked, also where it is not shown at the moment. */
      const chosen = new Map<string, EwsTreeItem>();
      const tree = ewsDialog.makeTree($('<ul>').appendTo(panel), {
        label: ewsDialog.text('tree.label'),
        load: async ({ id }) => (await source.load({ parent: id })).level,
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
      const filter = (): void => {
        say(ewsDialog.text('tree.shown', { count: tree.filter(wanted()) }));
      };

      /** Counts what is asked: what comes late of something earlier is not shown. */
      let turn = 0;
      const show = (question: EwsFolderQuestion): void => {
        const mine = (turn += 1);
        say(ewsDialog.text('tree.loading'));
        tree.show({ items: [] });
        void source.load(question).then(
          ({ level, remark }) => {
            if (mine !== turn) return;
            tree.show(level);
            say(remark);
            if (question.search === undefined && wanted() !== '') filter();
          },
          (thrown: unknown) => {
            if (mine === turn) say(ewsDialog.sentenceOf(thrown), true);
          },
        );
      };

      let isFound = false;
      const searchServer = (): void => {
        if (wanted() === '') return;
        isFound = true;
        show({ search: wanted() });
      };
      words.on('input', (event) => {
        // The dialog has nothing to look at again.
        event.stopPropagation();
        if (!isFound) {
          filter();
          return;
        }
        isFound = false;
        show({});
      });
      words.on('keydown', (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        searchServer();
      });
      search.on('click', searchServer);
      add.on('click', () => {
        addToList(list, [...chosen.values()]);
        close();
      });
      panel.on('remove', () => {
        turn += 1;
        source.cancel();
      });
      makeButton('ews-browser-close', ewsDialog.text('tree.close'))
        .on('click', close)
        .appendTo($('<div class="ews-browser-buttons">').append(add).appendTo(panel));
      show({});
      words.trigger('focus');
      return panel;
    }

    function makeSearch(panel: JQuery): { readonly words: JQuery; readonly search: JQuery } {
      const bar = $('<div class="ews-browser-search">').appendTo(panel);
      const words = $('<input type="text" class="ews-browser-words">')
        .attr({ placeholder: ewsDialog.text('tree.search-placeholder'), 'aria-label': ewsDialog.text('tree.search') })
        .appendTo(bar);
      return { words, search: makeButton('ews-browser-deep', ewsDialog.text('tree.search-server')).appendTo(bar) };
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
