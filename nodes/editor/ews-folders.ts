/** The list of folders in a dialog: each row takes a name that every mailbox has, or the id of one folder. */

interface EwsFolder {
  /** A distinguished folder name (schema: DistinguishedFolderIdNameType) or an EWS folder id. */
  readonly id: string;
  /** For people. */
  readonly name: string;
}

interface EwsFolders {
  /** Puts the list into an `<ol>`; `changed` is called whenever it does. */
  makeFolderList(list: JQuery, folders: unknown, changed: () => void): void;
  readFolderList(list: JQuery): EwsFolder[];
  /** Whether an id is a name that every mailbox has. */
  isFolderName(id: string): boolean;
  /** What the list may suggest, commonest first. */
  readonly folderNames: readonly string[];
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsFolders => {
    /** Those with a name of their own in the message catalogue, below `folder`. */
    const folderNames = [
      'inbox',
      'sentitems',
      'drafts',
      'deleteditems',
      'junkemail',
      'outbox',
      'calendar',
      'contacts',
      'tasks',
      'notes',
      'journal',
      'conversationhistory',
      'syncissues',
      'searchfolders',
      'voicemail',
      'msgfolderroot',
      'root',
      'publicfoldersroot',
      'recoverableitemsroot',
      'recoverableitemsdeletions',
      'archiveinbox',
      'archivemsgfolderroot',
      'archiveroot',
      'archivedeleteditems',
    ];
    const otherNames = new Set(
      `recoverableitemsversions recoverableitemspurges recoverableitemsdiscoveryholds archiverecoverableitemsroot
      archiverecoverableitemsdeletions archiverecoverableitemsversions archiverecoverableitemspurges
      archiverecoverableitemsdiscoveryholds conflicts localfailures serverfailures recipientcache quickcontacts
      adminauditlogs todosearch mycontacts directory imcontactlist peopleconnect favorites mecontact personmetadata
      teamspaceactivity teamspacemessaging teamspaceworkitems scheduled orionnotes tagitems alltaggeditems
      externalcontacts teamchat yammerroot yammerinbound yammeroutbound yammerfeeds onedriveroot onedriverecylebin
      onedrivesystem onedrivevolume`.split(/\s+/),
    );
    const isFolderName = (id: string): boolean => folderNames.includes(id) || otherNames.has(id);

    const friendly = (id: string): string => (folderNames.includes(id) ? ewsDialog.text(`folder.${id}`) : id);
    const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, '');

    /** What somebody typed or pasted as a folder: the name or the friendly name of one, or an id. */
    function folderOf(typed: string, name: string): EwsFolder | undefined {
      const text = typed.trim();
      if (text === '') return undefined;
      const known = folderNames.find((id) => id === plain(text) || plain(friendly(id)) === plain(text));
      const id = known ?? (otherNames.has(plain(text)) ? plain(text) : text);
      return { id, name: isFolderName(id) ? friendly(id) : name.trim() || id };
    }

    /** A folder as it may stand in a flow: an object, or a bare string. */
    function storedFolder(value: unknown): EwsFolder {
      if (typeof value !== 'object' || value === null) return { id: ewsDialog.textOf(value), name: '' };
      const { id, name } = value as { id?: unknown; name?: unknown };
      return { id: ewsDialog.textOf(id), name: ewsDialog.textOf(name) };
    }

    function addRow(row: JQuery, { id, name }: EwsFolder, suggestions: string, changed: () => void): void {
      const text = (key: string) => ewsDialog.text(key);
      row.addClass('ews-folder');
      const folder = $('<input type="text" class="ews-folder-id">')
        .attr({ list: suggestions, placeholder: text('watch.folder'), 'aria-label': text('watch.folder') })
        .val(isFolderName(id) ? friendly(id) : id)
        .appendTo(row);
      const label = $('<input type="text" class="ews-folder-name">')
        .attr({ placeholder: text('watch.folder-name'), 'aria-label': text('watch.folder-name') })
        .val(isFolderName(id) || name === id ? '' : name)
        .appendTo(row);
      const refresh = (): void => {
        const { id: now } = folderOf(String(folder.val()), '') ?? { id: '' };
        const known = isFolderName(now);
        // An id says nothing to people: it can be given a name.
        label.toggle(ewsDialog.isFolderId(now));
        const wrong = now !== '' && !known && !ewsDialog.isFolderId(now) && !ewsDialog.isVariable(now);
        folder.toggleClass('input-error', wrong).attr('title', known ? now : '');
        changed();
      };
      folder.add(label).on('input change', refresh);
      refresh();
      ewsDialog.makeOperable(row.closest('li').find('.red-ui-editableList-item-remove'), text('watch.remove-folder'));
      if (id === '') setTimeout(() => folder.trigger('focus'), 0);
    }

    function makeFolderList(list: JQuery, folders: unknown, changed: () => void): void {
      const suggestions = `${list.attr('id') ?? 'ews-folders'}-suggestions`;
      const options = folderNames.map((id) => $('<option>').attr('value', friendly(id)));
      list.after($('<datalist>').attr('id', suggestions).append(options));
      list.editableList({
        addButton: ewsDialog.text('watch.add-folder'),
        height: 'auto',
        removable: true,
        addItem: (row: JQuery, _index: number, folder: unknown) => {
          addRow(row, storedFolder(folder), suggestions, changed);
        },
        removeItem: changed,
      });
      list
        .closest('.red-ui-editableList')
        .find('.red-ui-editableList-addButton')
        .attr('aria-label', ewsDialog.text('watch.add-a-folder'));
      for (const folder of Array.isArray(folders) ? (folders as unknown[]) : []) {
        list.editableList('addItem', storedFolder(folder));
      }
    }

    function readFolderList(list: JQuery): EwsFolder[] {
      return (
        list
          // Node-RED lets a row that was removed fade first.
          .find('li:not(.red-ui-editableList-item-deleting) .ews-folder')
          .toArray()
          .flatMap((row) => {
            const typed = String($(row).find('.ews-folder-id').val());
            return folderOf(typed, String($(row).find('.ews-folder-name').val())) ?? [];
          })
      );
    }

    return { makeFolderList, readFolderList, isFolderName, folderNames };
  })(),
);
