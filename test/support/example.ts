import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './fixture.js';
import type { FlowNode, NodeRed } from './node-red-process.js';

const folder = join(projectRoot, 'examples');

/** The names that the Import dialog lists. */
export const EXAMPLES: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

/** An example's nodes, as they are in its file. */
export function readExample(name: string): FlowNode[] {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as FlowNode[];
}

/** An example that runs in a Node-RED; its nodes go by the names that are under them on the canvas. */
export class RunningExample {
  private constructor(
    readonly red: NodeRed,
    readonly flows: readonly FlowNode[],
  ) {}

  /** Gets an example as the Import dialog does, and deploys it. @param change what somebody who imports it changes */
  static async import(
    red: NodeRed,
    name: string,
    change: (node: FlowNode) => object = () => ({}),
  ): Promise<RunningExample> {
    const path = `library/examples/flows/@ews-flows/node-red-ews-notifications/${encodeURIComponent(name)}`;
    const imported = JSON.parse(await red.get(path)) as FlowNode[];
    const flows = imported.map((node) => ({ ...node, ...change(node) }));
    red.records = [];
    await red.deploy(flows);
    return new RunningExample(red, flows);
  }

  /** The node of that name or, where only one node has it, type. */
  id(name: string): string {
    const named = this.flows.filter((node) => node.name === name);
    const [found, another] = named.length > 0 ? named : this.flows.filter(({ type }) => type === name);
    if (!found || another) throw new Error(`${another ? 'several nodes are' : 'no node is'} “${name}”`);
    return found.id;
  }

  press(name: string): Promise<void> {
    return this.red.press(this.id(name));
  }

  /** Has another message come to a node that a button is wired to. */
  inject(button: string, properties: Record<string, unknown>): Promise<void> {
    return this.red.inject(this.id(button), properties);
  }

  /** What a debug node has shown so far. */
  shown<Value>(name: string): Value[] {
    return this.red.shown(this.id(name)) as Value[];
  }

  /** Waits until a debug node has shown so much, and returns it. */
  async untilShown<Value>(name: string, count = 1): Promise<Value[]> {
    await this.red.until(() => this.shown(name).length >= count);
    return this.shown<Value>(name);
  }

  status(name: string): string {
    return this.red.status(this.id(name)).text ?? '';
  }
}
