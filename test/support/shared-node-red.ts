import { freePort } from './free-port.js';
import { NodeRed } from './node-red-process.js';
import { RuntimeLab } from './runtime-lab.js';

/**
 * For a suite whose tests share one Node-RED: starting it takes longer than most of them. Each test has a sandbox and
 * nodes of its own. Returns the lab of the test that runs.
 * @param keepsPort whether it has the same port after a restart
 */
export function withNodeRed(settings: object = {}, keepsPort = false): () => RuntimeLab {
  let red: NodeRed;
  let lab: RuntimeLab;
  before(async () => {
    red = await NodeRed.start(settings, keepsPort ? await freePort() : 0);
  });
  after(() => red.close());
  beforeEach(async () => {
    lab = await RuntimeLab.open(red);
  });
  afterEach(() => lab.close());
  return () => lab;
}
