import type { NodeAPI } from 'node-red';
import { serveOverview } from '../runtime/overview-endpoint.js';

/** The runtime's part of the sidebar: Node-RED loads a plugin once, whatever nodes there are. */
module.exports = function (RED: NodeAPI): void {
  serveOverview(RED);
};
