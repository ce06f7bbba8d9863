import type { OverviewAnswer, OverviewDetails, OverviewRow } from '../../dist/nodes/runtime/overview-answer.js';
import type { NodeRed } from './node-red-process.js';

/** How often the list is looked at; the process that it is about needs the processor meanwhile. */
const LOOK_MS = 20;
/** After so many milliseconds a wait is in vain. */
const IN_VAIN_MS = 60_000;

/** The subscriptions of a Node-RED as the editor is told of them. */
export class SubscriptionList {
  constructor(readonly red: NodeRed) {}

  #url(more: string): string {
    return `${this.red.address}/ews-notifications/subscriptions${more}`;
  }

  get(more = ''): Promise<Response> {
    return fetch(this.#url(more));
  }

  post(id: number, action: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.#url(`/${id}`), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ action }),
    });
  }

  async list(more = ''): Promise<OverviewAnswer> {
    return (await (await this.get(more)).json()) as OverviewAnswer;
  }

  async row(node: string): Promise<OverviewRow | undefined> {
    return (await this.list()).rows.find((row) => row.node === node);
  }

  /** The details of a node's subscription once they are as wanted. */
  async details(node: string, wanted: (details: OverviewDetails) => boolean = () => true): Promise<OverviewDetails> {
    const end = Date.now() + IN_VAIN_MS;
    for (;;) {
      const row = await this.row(node);
      const answer = row && (await this.get(`/${row.id}`));
      const details = answer?.ok ? ((await answer.json()) as OverviewDetails) : undefined;
      if (details && wanted(details)) return details;
      if (Date.now() > end) {
        throw new Error(`waited in vain for ${wanted.toString()}: ${JSON.stringify(details)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Does something with a node's subscription; resolves to what was answered. */
  async act(node: string, action: string): Promise<{ status: number; done?: boolean }> {
    const row = await this.row(node);
    const answer = await this.post(row?.id ?? 0, action);
    return { status: answer.status, ...((await answer.json()) as object) };
  }
}
