import type { FlowNode } from './node-red-process.js';
import type { RuntimeLab } from './runtime-lab.js';

/** A node that watches for new mail by streaming, which is one event for each delivery. */
export function streamNode(lab: RuntimeLab, more: object = {}, name = 'stream'): FlowNode {
  return lab.node('ews-stream', name, {
    ...{ account: lab.id('account'), source: 'self', connectionTimeout: '30', mailbox: '', access: 'delegate' },
    ...{ allFolders: false, folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'] },
    ...{ output: 'event', missed: 'recover', store: '', wires: [[lab.id('sink')]] },
    ...more,
  });
}

/** A tab with one such node, and a button to send it messages. */
export function streamFlow(lab: RuntimeLab, more: object = {}): FlowNode[] {
  return [lab.tab(), lab.account(), lab.sink(), streamNode(lab, more), lab.button('stream')];
}
