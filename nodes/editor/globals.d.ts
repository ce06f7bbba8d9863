/** What the scripts in this folder and the dialogs share: the one global of this package in the editor. */
interface EwsDialog
  extends
    EwsProblems,
    EwsFolders,
    EwsEvents,
    EwsFilters,
    EwsRows,
    EwsNotes,
    EwsLabels,
    EwsPresets,
    EwsSurroundingsReader,
    EwsPush,
    EwsAsking,
    EwsConnectionTest,
    EwsTrees,
    EwsFolderSources,
    EwsFolderBrowser,
    EwsPushTest,
    EwsDiscover,
    EwsDialogs {}

declare const ewsDialog: EwsDialog;

interface Window {
  /** Each script of this folder adds its part; the order in which they come does not matter. */
  ewsDialog?: Partial<EwsDialog>;
}

/** The properties of a node: as they are stored, or as they stand in its open dialog. */
type EwsValues = Record<string, unknown>;

/** A node as the editor holds it: its properties, and what the editor itself keeps there. */
interface EwsEditorNode extends EwsValues {
  readonly id: string;
  readonly type: string;
  readonly users?: readonly EwsEditorNode[];
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly d?: boolean;
  readonly _def: {
    readonly category: string;
    readonly defaults: Readonly<Record<string, { readonly value?: unknown }>>;
    readonly credentials?: Readonly<Record<string, unknown>>;
  };
}

/** The editor's own global. */
declare const RED: import('@node-red/editor-client').RED;
