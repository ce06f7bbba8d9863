import type { Node, NodeAPI, NodeDef } from 'node-red';

/**
 * Calls `start` when all flows stand. Only then do Catch and Status nodes hear of a node, and a message that is sent
 * earlier may find that the nodes behind it do not exist yet. Not called for a node that was closed before.
 */
export function whenFlowsStand(red: NodeAPI, node: Node, start: () => void): void {
  red.events.once('flows:started', start);
  node.on('close', () => {
    red.events.removeListener('flows:started', start);
  });
}

/**
 * Whether a node that closes is gone for good: deleted or disabled. Node-RED says so with `removed`, but not for a node
 * inside an instance of a subflow; there the new flows, which are in place by now, tell whether the instance is still in them.
 */
export function isGoneForGood(red: NodeAPI, node: Node, removed: boolean): boolean {
  const instance = '_alias' in node && node._alias !== undefined ? node.z : undefined;
  if (removed || instance === undefined) return removed;
  const disabled = new Set<string>();
  const flowOf = new Map<string, string>();
  red.nodes.eachNode((definition: NodeDef & { d?: boolean; disabled?: boolean }) => {
    if (definition.d === true || definition.disabled === true) disabled.add(definition.id);
    else flowOf.set(definition.id, definition.z);
  });
  // An instance inside another one is named after it: "<outer>-<inner>". The outermost is the one that a flow holds.
  return ![...flowOf].some(([id, flow]) => !disabled.has(flow) && (instance === id || instance.startsWith(`${id}-`)));
}
