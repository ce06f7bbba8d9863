import type { FlowNode } from '../../support/node-red-process.js';

export const NODES = ['ews-pull', 'ews-push-in', 'ews-stream', 'ews-subscribe'] as const;
export type NodeType = (typeof NODES)[number];

const tab: FlowNode = { id: 'flow', type: 'tab', label: 'Flow', disabled: false };
export const EMPTY_FLOW: readonly FlowNode[] = [tab];

/** An account on the sandbox: nodes that use it work at once. Node-RED takes a value that is an id for a reference to it. */
export const sandboxAccount: FlowNode = {
  id: 'sandbox-account',
  type: 'ews-account',
  name: 'Sandbox',
  server: 'sandbox',
};

/** An account on a server, which is not called. */
export const account: FlowNode = {
  ...{ id: 'account', type: 'ews-account', name: 'Mail', server: 'url', url: 'https://127.0.0.1:1/EWS/Exchange.asmx' },
  ...{ auth: 'basic', version: 'Exchange2010_SP2', email: '', tls: '', proxy: '', timeout: '60' },
  credentials: { username: 'me@example.com', password: 'secret of me' },
};

/** A tab with both accounts and a node, as one that was just dragged in and given the sandbox's account would be. */
export function flowWith(type: NodeType, more: object = {}): FlowNode[] {
  const node: FlowNode = {
    ...{ id: 'node', type, z: 'flow', x: 300, y: 200, wires: type === 'ews-subscribe' ? [[], []] : [[]] },
    ...{ name: '', account: 'sandbox-account', mailbox: '', access: 'delegate', allFolders: false },
    ...{ folders: [{ id: 'inbox', name: 'Inbox' }], events: ['NewMail'] },
    ...defaults(type),
    ...more,
  };
  return [tab, sandboxAccount, account, node];
}

function defaults(type: NodeType): object {
  const watching = { source: 'self', output: 'event', missed: 'recover', store: '' };
  switch (type) {
    case 'ews-pull':
      return { ...watching, interval: '60', subscriptionTimeout: '30' };
    case 'ews-push-in':
      return { ...watching, path: '', publicUrl: '', statusFrequency: '5' };
    case 'ews-stream':
      return { ...watching, connectionTimeout: '30', share: '' };
    case 'ews-subscribe':
      return {
        ...{ delivery: 'pull', pushIn: [], subscriptionTimeout: '30', connectionTimeout: '30', statusFrequency: '5' },
        share: '',
      };
  }
}
