import type { NodeAPI, NodeDef } from 'node-red';
import type { RawConfig } from '../config-values.js';

/** The whole value is the name of an environment variable, in either of the two ways that Node-RED takes. */
const VARIABLE = /^\$(?:\{(\S+)\}|\((\S+)\))$/;

interface RunningNode {
  /** The flow that a node runs in, which knows what `${NAME}` means there. */
  readonly _flow?: unknown;
}

interface Settings {
  readonly getSetting?: (node: object, name: string, flow: unknown) => unknown;
}

/** Values with environment variables in place, as Node-RED puts them into the configuration of a node that is deployed. */
export function withVariables(red: NodeAPI, values: RawConfig, id: string): RawConfig {
  let flow: unknown;
  const entries = Object.entries(values).map(([name, value]) => {
    const [, braces, parentheses] = typeof value === 'string' ? (VARIABLE.exec(value) ?? []) : [];
    const variable = braces ?? parentheses;
    if (variable === undefined) return [name, value];
    flow ??= flowOf(red, id);
    const { getSetting } = red.util as Settings;
    return [name, getSetting?.({ id, name: values.name }, variable, flow) ?? value];
  });
  return Object.fromEntries(entries) as RawConfig;
}

/** The flow of a node; for one that is not deployed, what all configuration nodes that belong to no flow run in. */
function flowOf(red: NodeAPI, id: string): unknown {
  const own = running(red, id);
  if (own) return own;
  let found: unknown;
  red.nodes.eachNode((definition: NodeDef) => {
    if (found === undefined && !definition.z) found = running(red, definition.id);
  });
  return found;
}

function running(red: NodeAPI, id: string): unknown {
  return (red.nodes.getNode(id) as RunningNode | null)?._flow;
}
