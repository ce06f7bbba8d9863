/**
 * A tree whose items are loaded as they are opened, and can be ticked. Node-RED's own treeList tells screen readers
 * nothing, so this one is made as the ARIA Authoring Practices describe a tree with several choices.
 */

interface EwsTreeItem {
  readonly id: string;
  readonly label: string;
  /** What stands beside it, in pale letters. */
  readonly note: string;
  /** Where it lies, for one that is shown out of its place. */
  readonly path?: string;
  /** A class of Font Awesome. */
  readonly icon: string;
  readonly hasChildren: boolean;
}

interface EwsTreeLevel {
  readonly items: readonly EwsTreeItem[];
  /** Brings the rest of the level, if this is not all; rejects with a sentence. */
  readonly more?: (() => Promise<EwsTreeLevel>) | undefined;
}

interface EwsTreeOptions {
  readonly label: string;
  /** Rejects with a sentence. */
  load(item: EwsTreeItem): Promise<EwsTreeLevel>;
  isTicked(item: EwsTreeItem): boolean;
  ticked(item: EwsTreeItem, on: boolean): void;
  /** Told what went wrong, or an empty text when something goes well again. */
  trouble(sentence: string): void;
}

interface EwsTree {
  /** Replaces everything. */
  show(level: EwsTreeLevel): void;
  /** Shows of what is loaded only what has a text in its name, and what that is in. Returns how many have it. */
  filter(text: string): number;
}

interface EwsTrees {
  makeTree(list: JQuery, options: EwsTreeOptions): EwsTree;
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsTrees => {
    const ITEM = '[role=treeitem]';
    const TICKS = { true: 'fa-check-square-o', false: 'fa-square-o' };

    function makeTree(root: JQuery, options: EwsTreeOptions): EwsTree {
      root.addClass('ews-tree').attr({ role: 'tree', 'aria-multiselectable': 'true', 'aria-label': options.label });

      const itemOf = (element: JQuery) => element.data('ews-item') as EwsTreeItem | undefined;
      const isOpen = (element: JQuery) => element.attr('aria-expanded') === 'true';
      const shown = () => root.find(ITEM).filter(':visible').toArray();

      function add(list: JQuery, { items, more }: EwsTreeLevel, depth: number): void {
        for (const item of items) list.append(element(item, depth));
        if (more) list.append(moreElement(list, more, depth));
        if (root.find(`${ITEM}[tabindex=0]`).length === 0) root.find(ITEM).first().attr('tabindex', '0');
      }

      function element(item: EwsTreeItem, depth: number): JQuery {
        const ticked = options.isTicked(item);
        const row = $('<div class="ews-tree-row">').css('padding-left', `${6 + (depth - 1) * 18}px`);
        $('<i class="fa ews-tree-twist" aria-hidden="true">')
          .toggleClass('fa-angle-right', item.hasChildren)
          .appendTo(row);
        $('<i class="fa ews-tree-tick" aria-hidden="true">').addClass(TICKS[`${ticked}`]).appendTo(row);
        $('<i class="fa" aria-hidden="true">').addClass(item.icon).appendTo(row);
        $('<span class="ews-tree-name">').text(item.label).appendTo(row);
        if (item.path) $('<span class="ews-tree-path">').text(item.path).appendTo(row);
        $('<span class="ews-tree-more">').text(item.note).appendTo(row);
        const name = [item.label, item.path, item.note].filter(Boolean).join(', ');
        return $('<li role="treeitem" tabindex="-1">')
          .attr({ 'aria-label': name, 'aria-level': depth, 'aria-checked': `${ticked}` })
          .attr(item.hasChildren ? { 'aria-expanded': 'false' } : {})
          .data('ews-item', item)
          .append(row);
      }

      function moreElement(list: JQuery, more: () => Promise<EwsTreeLevel>, depth: number): JQuery {
        const text = ewsDialog.text('tree.more');
        const row = $('<div class="ews-tree-row">').css('padding-left', `${6 + (depth - 1) * 18}px`);
        $('<i class="fa fa-ellipsis-h" aria-hidden="true">').appendTo(row);
        $('<span class="ews-tree-name">').text(text).appendTo(row);
        const item = $('<li role="treeitem" tabindex="-1">').attr({ 'aria-label': text, 'aria-level': depth });
        return item.append(row).data('ews-more', () => {
          waiting(item, more(), (level) => {
            const hadFocus = item.is(':focus');
            const before = item.prev();
            item.remove();
            add(list, level, depth);
            if (hadFocus) focus(before.next());
          });
        });
      }

      /** While a promise is open, an item is marked; what comes of it is handed on unless the tree shows something else by then. */
      function waiting(item: JQuery, promise: Promise<EwsTreeLevel>, then: (level: EwsTreeLevel) => void): void {
        if (item.attr('aria-busy') === 'true') return;
        const mark = $('<i class="fa fa-spinner fa-spin" aria-hidden="true">').appendTo(item.children('.ews-tree-row'));
        item.attr('aria-busy', 'true');
        void promise
          .then(
            (level) => {
              options.trouble('');
              if (item.closest(root).length > 0) then(level);
            },
            (thrown: unknown) => {
              const message = ewsDialog.sentenceOf(thrown);
              options.trouble(message);
            },
          )
          .finally(() => {
            mark.remove();
            item.removeAttr('aria-busy');
          });
      }

      function open(element: JQuery): void {
        const item = itemOf(element);
        if (!item?.hasChildren || isOpen(element)) return;
        if (element.children('ul').length > 0) {
          twist(element, true);
          return;
        }
        waiting(element, options.load(item), (level) => {
          const list = $('<ul role="group">').appendTo(element);
          add(list, level, Number(element.attr('aria-level')) + 1);
          twist(element, true);
        });
      }

      function twist(element: JQuery, on: boolean): void {
        element.attr('aria-expanded', `${on}`).children('ul').toggle(on);
        element
          .find('> .ews-tree-row > .ews-tree-twist')
          .toggleClass('fa-angle-down', on)
          .toggleClass('fa-angle-right', !on);
      }

      /** What Space, Enter or a click on an item do. */
      function activate(element: JQuery): void {
        const item = itemOf(element);
        if (!item) {
          (element.data('ews-more') as (() => void) | undefined)?.();
          return;
        }
        const on = element.attr('aria-checked') !== 'true';
        element.attr('aria-checked', `${on}`);
        element.find('> .ews-tree-row > .ews-tree-tick').toggleClass(TICKS.true, on).toggleClass(TICKS.false, !on);
        options.ticked(item, on);
      }

      function focus(element: JQuery): void {
        if (element.length === 0) return;
        root.find(`${ITEM}[tabindex=0]`).attr('tabindex', '-1');
        element.attr('tabindex', '0').trigger('focus');
      }

      function go(element: JQuery, by: number): void {
        const all = shown();
        const at = all.findIndex((one) => element.is(one));
        const target = all[Math.min(Math.max(at + by, 0), all.length - 1)];
        if (target) focus($(target));
      }

      function left(element: JQuery): void {
        if (isOpen(element)) twist(element, false);
        else focus(element.parent().closest(ITEM));
      }

      function right(element: JQuery): void {
        if (isOpen(element)) focus(element.find(`> ul > ${ITEM}`).filter(':visible').first());
        else open(element);
      }

      root.on('click', ITEM, (event) => {
        event.stopPropagation();
        const element = $(event.currentTarget as HTMLElement);
        focus(element);
        if (!$(event.target).is('.ews-tree-twist') || !itemOf(element)?.hasChildren) activate(element);
        else if (isOpen(element)) twist(element, false);
        else open(element);
      });

      root.on('keydown', ITEM, (event) => {
        const element = $(event.currentTarget as HTMLElement);
        const keys: Readonly<Record<string, () => void>> = {
          ArrowDown: () => {
            go(element, 1);
          },
          ArrowUp: () => {
            go(element, -1);
          },
          Home: () => {
            go(element, -Infinity);
          },
          End: () => {
            go(element, Infinity);
          },
          ArrowLeft: () => {
            left(element);
          },
          ArrowRight: () => {
            right(element);
          },
          ' ': () => {
            activate(element);
          },
          Enter: () => {
            activate(element);
          },
        };
        event.stopPropagation();
        const key = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
        // Escape and what else the editor knows of is left to it.
        if (!key) return;
        event.preventDefault();
        key();
      });

      function filter(text: string): number {
        const wanted = text.trim().toLocaleLowerCase();
        let count = 0;
        const keep = (element: JQuery): boolean => {
          const own = (itemOf(element)?.label ?? '').toLocaleLowerCase().includes(wanted);
          if (own && itemOf(element)) count += 1;
          const inner = element
            .find(`> ul > ${ITEM}`)
            .toArray()
            .map((child) => keep($(child)));
          const within = inner.includes(true);
          if (within && wanted !== '') twist(element, true);
          element.toggle(own || within);
          return own || within;
        };
        for (const child of root.children(ITEM).toArray()) keep($(child));
        const current = root.find(`${ITEM}[tabindex=0]`);
        if (current.length === 0 || !current.is(':visible')) {
          current.attr('tabindex', '-1');
          $(shown()[0] ?? []).attr('tabindex', '0');
        }
        return count;
      }

      return {
        show: (level) => {
          root.empty();
          add(root, level, 1);
        },
        filter,
      };
    }

    return { makeTree };
  })(),
);
