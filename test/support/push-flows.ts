import type { FlowNode } from './node-red-process.js';
import type { RuntimeLab } from './runtime-lab.js';

/** A node that is called for new mail, which is one event for each delivery. */
export function pushNode(lab: RuntimeLab, more: object = {}, name = 'push'): FlowNode {
  return lab.node('ews-push-in', name, {
    ...{ account: lab.id('account'), source: 'self', path: '', publicUrl: '', statusFrequency: '1' },
    ...{ mailbox: '', access: 'delegate', allFolders: false, folders: [{ id: 'inbox', name: 'Inbox' }] },
    ...{ events: ['NewMail'], output: 'event', missed: 'recover', store: '', wires: [[lab.id('sink')]] },
    ...more,
  });
}

/** A tab with one such node. */
export function pushFlow(lab: RuntimeLab, more: object = {}): FlowNode[] {
  return [lab.tab(), lab.account(), lab.sink(), pushNode(lab, more)];
}
