import type { NodeAPI } from 'node-red';
import { problemsOfStream } from '../src/subscriptions/configuration-problem.js';
import { rememberedOf } from '../src/subscriptions/position-record.js';
import { shared } from '../src/subscriptions/shared.js';
import { StreamEngine } from '../src/subscriptions/stream-engine.js';
import { DEFAULT_CONNECTION_TIMEOUT_MINUTES, numberOf, type RawConfig } from './runtime/config-values.js';
import { registerWatchingType } from './runtime/watching-node.js';

module.exports = function (RED: NodeAPI): void {
  registerWatchingType(RED, {
    name: 'ews-stream',
    delivery: 'streaming',
    severalMailboxes: true,
    // What is received brings a time of its own.
    problem: (_node, config, self) => (self ? problemsOfStream(connectionTimeoutOf(config))[0] : undefined),
    // Named one by one, as there are thousands: what is put together out of other objects takes five times the memory.
    makeEngine: (config, { account: { link, hub }, adopted, owner, description, missed, keeper, listener }) => {
      const connectionTimeout = adopted?.connectionTimeout ?? connectionTimeoutOf(config);
      const kept = adopted && shared(rememberedOf(adopted));
      return new StreamEngine(
        { account: link, hub, owner, description, connectionTimeout, missed, keeper, listener, adopted: kept },
        adopted?.begins,
      );
    },
  });
};

function connectionTimeoutOf(config: RawConfig): number {
  return numberOf(config, 'connectionTimeout', DEFAULT_CONNECTION_TIMEOUT_MINUTES);
}
