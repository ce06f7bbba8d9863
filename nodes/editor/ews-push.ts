/** What the dialogs have for push: the address of a node that is called, and the choice of such a node. */

/** Where a node can be called, as the runtime tells it. */
interface EwsPushPlace {
  /** The path of a node that is set to none. */
  readonly path: string;
  /** What Node-RED puts before all paths. */
  readonly root: string;
  /** The address of this Node-RED on its own machine; empty if it is not known. */
  readonly base: string;
}

/** What the editor's types leave out. */
interface EwsWorkspaces {
  workspace(id: string): { label?: string } | null;
  subflow(id: string): object | null | undefined;
}

interface EwsPush {
  /** Shows the address of a node and keeps it right while its dialog is open. */
  makeAddress(form: JQuery, node: EwsEditorNode): void;
  showAddress(form: JQuery, values: EwsValues): void;
  /** Whether a node is one of those that a subflow is made of; each instance then has another in its place. */
  isInSubflow(node: EwsEditorNode): boolean;
  /** Fills a list with the nodes that receive push subscriptions. One that was chosen stays, also if it does not now. */
  makePushInList(list: JQuery, chosen: unknown, changed: () => void): void;
  /** The ids of the chosen nodes. */
  readPushInList(list: JQuery): string[];
  /** The nodes that are called, as the editor holds them, but for one. */
  pushInsBeside(id: string): EwsEditorNode[];
}

window.ewsDialog = Object.assign(
  window.ewsDialog ?? {},
  ((): EwsPush => {
    function pushInsBeside(id: string): EwsEditorNode[] {
      return (RED.nodes.filterNodes({ type: 'ews-push-in' }) as unknown as EwsEditorNode[]).filter(
        (node) => node.id !== id && node.d !== true,
      );
    }

    function makeAddress(form: JQuery, node: EwsEditorNode): void {
      const field = form.find('#ews-push-address');
      form.find('#ews-push-copy').on('click', () => {
        // The editor takes a jQuery object here, whatever its types say.
        RED.clipboard.copyText(field.val(), field as unknown as HTMLElement, ewsDialog.text('push.copied'));
      });
      void $.getJSON(`ews-push-in/${encodeURIComponent(node.id)}/path`).then(
        (place: EwsPushPlace) => {
          // The nodes in the instances have ids, and so paths, of their own.
          form.data('ews-push-place', isInSubflow(node) ? { ...place, path: '' } : place);
          ewsDialog.refreshAll();
        },
        // Without leave to ask, the address stays empty.
        () => undefined,
      );
    }

    function showAddress(form: JQuery, values: EwsValues): void {
      const place = form.data('ews-push-place') as EwsPushPlace | undefined;
      if (!place) return;
      const base = ewsDialog.textOf(values.publicUrl).replace(/\/+$/, '') || place.base;
      const path = ewsDialog.textOf(values.path) || place.path;
      form.find('#ews-push-address').val(path === '' ? '' : `${base}${place.root}/ews/${path}/`);
    }

    function isInSubflow({ z }: EwsEditorNode): boolean {
      return Boolean((RED.nodes as unknown as EwsWorkspaces).subflow(ewsDialog.textOf(z)));
    }

    function makePushInList(list: JQuery, chosen: unknown, changed: () => void): void {
      const ids = Array.isArray(chosen) ? (chosen as unknown[]) : [chosen];
      list.append($('<option value="">').text(ewsDialog.text('push.choose')));
      const all = RED.nodes.filterNodes({ type: 'ews-push-in' }) as unknown as EwsEditorNode[];
      for (const node of all) {
        const receives = node.source === 'input' && node.d !== true;
        if (!receives && !ids.includes(node.id)) continue;
        const label = receives ? labelOf(node) : ewsDialog.text('push.not-receiving', { name: labelOf(node) });
        list.append($('<option>').val(node.id).text(label));
      }
      const offered = new Set(
        list
          .find('option')
          .toArray()
          .map((option) => $(option).val()),
      );
      list.val(ids.filter((id) => typeof id === 'string').find((id) => offered.has(id)) ?? '');
      list.on('change', changed);
    }

    /** Those without a name are told apart by the flow they stand in. */
    function labelOf(node: EwsEditorNode): string {
      const name = ewsDialog.textOf(node.name);
      if (name !== '') return name;
      const flow = (RED.nodes as unknown as EwsWorkspaces).workspace(ewsDialog.textOf(node.z));
      return `ews push in (${flow?.label ?? node.id})`;
    }

    function readPushInList(list: JQuery): string[] {
      const id = String(list.val() ?? '');
      return id === '' ? [] : [id];
    }

    return { makeAddress, showAddress, isInSubflow, makePushInList, readPushInList, pushInsBeside };
  })(),
);
