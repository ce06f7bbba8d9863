import type { Node, NodeAPI } from 'node-red';
import { problemsOfPush, type ConfigurationProblem } from '../src/subscriptions/configuration-problem.js';
import { PushEngine, rememberMs } from '../src/subscriptions/push-engine.js';
import { answerTestPush } from './runtime/admin/test-push.js';
import { DEFAULT_STATUS_FREQUENCY_MINUTES, numberOf, textOf, type RawConfig } from './runtime/config-values.js';
import { httpNodeRoot, isLoopback, localAddress, pushService, servesHttp } from './runtime/push-service.js';
import type { SubscriptionInput } from './runtime/subscription-input.js';
import { Texts } from './runtime/texts.js';
import { registerWatchingType } from './runtime/watching-node.js';

/** The right that the editor needs to ask for the path of a node. */
const PERMISSION = 'ews-push-in.read';

module.exports = function (RED: NodeAPI): void {
  const texts = new Texts(RED);
  const service = pushService(RED);
  /** The nodes that have said already that the server may not reach them. */
  const warned = new WeakSet<Node>();
  /** The paths of the nodes that are deployed, by id. */
  const paths = new Map<string, string>();

  registerWatchingType(RED, {
    name: 'ews-push-in',
    delivery: 'push',
    severalMailboxes: false,
    problem: (node, config) => problemOf(node, config),
    end: async ({ push }) => {
      if (push) await service.desk.end(push.token, rememberMs(push.statusFrequency));
    },
    attach: (node, config, input) => attach(node, config, input),
    makeEngine: (config, { account, adopted, node, ...parts }) =>
      new PushEngine({
        ...parts,
        account: account.link,
        statusFrequency: adopted?.statusFrequency ?? statusFrequencyOf(config),
        desk: service.desk,
        path: pathOf(node, config),
        address: async () => {
          const base = textOf(config, 'publicUrl').replace(/\/+$/, '') || (await localAddress(RED));
          const { server } = await account.link.connect();
          if (isLoopback(base) && !isLoopback(server.name)) warnOnce(node);
          return `${base}${httpNodeRoot(RED)}/ews/${pathOf(node, config)}/`;
        },
        ...(adopted ? { adopted } : {}),
      }),
  });

  // The dialog shows the whole address, also of a node that is not deployed yet.
  RED.httpAdmin.get('/ews-push-in/:id/path', RED.auth.needsPermission(PERMISSION), (request, response) => {
    const { id = '' } = request.params as { id?: string };
    const answer = (base: string): void => {
      response.json({ path: service.pathOf(id, ''), root: httpNodeRoot(RED), base, served: servesHttp(RED) });
    };
    localAddress(RED).then(answer, () => {
      answer('');
    });
  });

  answerTestPush(RED, (id) => paths.get(id));

  function problemOf(node: Node, config: RawConfig): ConfigurationProblem | undefined {
    if (!servesHttp(RED)) return 'no-http-node';
    const [problem] = problemsOfPush(statusFrequencyOf(config), textOf(config, 'publicUrl'), textOf(config, 'path'));
    if (problem) return problem;
    return service.desk.isTaken(pathOf(node, config), node.id) ? 'push-path-taken' : undefined;
  }

  function attach(node: Node, config: RawConfig, input: SubscriptionInput): () => void {
    const path = pathOf(node, config);
    service.desk.open(path, node.id);
    paths.set(node.id, path);
    if (input.adopter) service.hosts.set(node.id, input.adopter);
    if (RED.settings.httpNodeAuth) node.warn(texts.text('push.auth', { path: `${httpNodeRoot(RED)}/ews/` }));
    if (!service.secret.kept && textOf(config, 'path') === '') node.warn(texts.text('push.secret-not-kept'));
    return () => {
      service.hosts.delete(node.id);
      paths.delete(node.id);
      service.desk.leave(path, node.id);
    };
  }

  function warnOnce(node: Node): void {
    if (warned.has(node)) return;
    warned.add(node);
    node.warn(texts.text('push.loopback'));
  }

  function pathOf(node: Node, config: RawConfig): string {
    return service.pathOf(node.id, textOf(config, 'path'));
  }
};

function statusFrequencyOf(config: RawConfig): number {
  return numberOf(config, 'statusFrequency', DEFAULT_STATUS_FREQUENCY_MINUTES);
}
