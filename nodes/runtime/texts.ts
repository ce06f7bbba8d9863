import type { NodeAPI } from 'node-red';
import type { EwsError } from '../../src/protocol/ews-error.js';
import type { ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import { FlowError } from './flow-error.js';

/** The message catalogue that all node types of this package share. */
const CATALOGUE = '@ews-flows/node-red-ews-notifications/ews-account:';

/** Sentences and short texts in the language of the Node-RED server. */
export class Texts {
  readonly #red: NodeAPI;

  constructor(red: NodeAPI) {
    this.#red = red;
  }

  text(key: string, values: Record<string, string | number> = {}): string {
    // Node-RED's types know only the form with a default value.
    return (this.#red._ as (id: string, values: object) => string)(CATALOGUE + key, values);
  }

  /** A number as it is written in that language. */
  number(value: number): string {
    const language = this.text('language');
    // A catalogue without one, or none at all.
    return value.toLocaleString(/^[a-z]{2}(?:-\w+)?$/i.test(language) ? language : 'en-US');
  }

  problem(problem: ConfigurationProblem): string {
    return this.text(`problem.${problem}`);
  }

  /** What went wrong, and what to do about it where that is known. */
  error(error: EwsError): FlowError {
    const advice = this.#ofCode('advice', error.code);
    return new FlowError(error.code, advice === undefined ? error.message : `${error.message} ${advice}`);
  }

  /** Two or three words for what went wrong, to stand under a node. */
  reason(error: EwsError): string {
    return this.#ofCode('reason', error.code) ?? this.text('reason.other');
  }

  /** A text that not every code has. Codes come from servers: only what looks like one is looked up. */
  #ofCode(kind: 'advice' | 'reason', code: string): string | undefined {
    if (!/^(?:Error|EWS_)\w+$/.test(code)) return undefined;
    const key = `${kind}.${code}`;
    const text = this.text(key);
    return text === key || text === CATALOGUE + key ? undefined : text;
  }
}
