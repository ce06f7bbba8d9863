import type { Node, NodeAPI, NodeDef } from 'node-red';

/** What waits for the flows of each Node-RED. */
const waiting = new WeakMap<object, Set<() => void>>();

/**
 * Calls `start` when all flows stand. Only then do Catch and Status nodes hear of a node, and a message that is sent
 * earlier may find that the nodes behind it do not exist yet. Not called for a node that was closed before.
 */
export function whenFlowsStand(red: NodeAPI, node: Node, start: () => void): void {
  const starts = waitingFor(red);
  starts.add(start);
  node.on('close', () => {
    starts.delete(start);
  });
}

/** One listener serves all nodes: Node.js takes a listener for each of more than ten nodes for a leak, and warns. */
function waitingFor({ events }: NodeAPI): Set<() => void> {
  const known = waiting.get(events);
  if (known) return known;
  const starts = new Set<() => void>();
  waiting.set(events, starts);
  events.on('flows:started', () => {
    const all = [...starts];
    starts.clear();
    for (const start of all) start();
  });
  return starts;
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
