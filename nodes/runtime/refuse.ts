import type { Node, NodeAPI } from 'node-red';
import type { ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import { FlowError } from './flow-error.js';
import { whenFlowsStand } from './flow-life.js';
import type { Texts } from './texts.js';

/** Says, in a status and an error, what is wrong with the configuration of a node that does not start because of it. */
export function refuse(red: NodeAPI, node: Node, texts: Texts, problem: ConfigurationProblem): void {
  whenFlowsStand(red, node, () => {
    node.status({ fill: 'red', shape: 'ring', text: texts.text('status.not-configured') });
    const error = new FlowError('EWS_CONFIGURATION', texts.problem(problem));
    node.error(error, { topic: 'error', payload: { code: error.code, problem } });
  });
}
