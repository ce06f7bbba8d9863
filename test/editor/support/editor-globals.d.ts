/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * What the tests use of the editor in the page. Functions that are handed to `evaluate` run there, so the rest of these
 * tests knows nothing of it.
 */

interface EditorPageNode {
  readonly id: string;
  readonly type: string;
  readonly valid?: boolean;
  readonly changed?: boolean;
  readonly validationErrors?: readonly string[];
  readonly [property: string]: unknown;
}

interface EditorPageRed {
  readonly nodes: {
    node(id: string): EditorPageNode | null;
    eachNode(callback: (node: EditorPageNode) => void): void;
    eachConfig(callback: (node: EditorPageNode) => void): void;
    getType(type: string): object | null;
    convertNode(node: EditorPageNode, withCredentials?: boolean): Record<string, unknown>;
    dirty(): boolean;
  };
  readonly editor: {
    edit(node: EditorPageNode | null): void;
    editConfig(name: string, type: string, id: string): void;
    validateNode(node: EditorPageNode): boolean;
  };
  readonly view: {
    select(selection: object): void;
    importNodes(nodes: string | object[], options: object): void;
    redraw(full?: boolean): void;
  };
  readonly actions: { invoke(action: string, parameter?: unknown): void };
  readonly events: { once(event: string, listener: () => void): void };
  readonly sidebar: { show(id: string): void };
  readonly workspaces: { show(id: string): void; active(): string };
  readonly comms: object;
}

declare const RED: EditorPageRed;
