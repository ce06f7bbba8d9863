// Runs the package's main job where there is no Exchange at hand: the real Node-RED, with a flow that watches a mailbox
// of the built-in sandbox. Each event is printed as a line and shows in the editor's debug sidebar.
//
//   npm start                    until Ctrl-C
//   npm start -- --seconds 20    stops by itself; exit code 0 if events arrived, 1 if none did
//   PORT=1881 npm start          another port
//   EWS_DEMO_DIR=... npm start    another user directory than .demo in the checkout
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventLine } from './start/event-line.mjs';
import { readOptions } from './start/options.mjs';
import { prepareUserDirectory } from './start/user-directory.mjs';

const HOST = '127.0.0.1';
/** The examples that the flow is made of, once. */
const EXAMPLES = [
  '01 - New mail by streaming.json',
  '02 - New mail by pull.json',
  '03 - New mail by push, also through a reverse proxy.json',
];

const root = fileURLToPath(new URL('..', import.meta.url));
const userDir = resolve(root, process.env.EWS_DEMO_DIR || '.demo');

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** What is worth a line beside the events: errors, and what nodes warn of; not Node-RED's remarks on its settings. */
function terminalLog() {
  return ({ level, id, name, type, msg }) => {
    if (level > RED.log.ERROR && id === undefined) return;
    console.error(`${type === undefined ? '' : `[${type}${name ? `: ${name}` : ''}] `}${msg?.message ?? msg}`);
  };
}

let options;
try {
  options = readOptions(process.argv.slice(2), process.env);
} catch (error) {
  fail(error.message);
}

const require = createRequire(import.meta.url);
const RED = require('node-red');
// Express comes with Node-RED; it is found from there.
const express = createRequire(require.resolve('node-red'))('express');

const app = express();
const server = createServer(app);
// Listening comes first: a port that is taken is the most likely trouble, and nothing else has been started then.
await new Promise((listening) => {
  server.once('error', (error) => {
    if (error.code === 'EADDRINUSE') {
      fail(`Port ${options.port} is in use by another program. Choose another one: PORT=1881 npm start`);
    }
    fail(`Cannot listen on ${HOST}:${options.port}: ${error.message}`);
  });
  server.listen(options.port, HOST, listening);
});

const { flowFile, credentialSecret } = prepareUserDirectory(root, userDir, EXAMPLES);
RED.init(server, {
  userDir,
  flowFile,
  credentialSecret,
  uiHost: HOST,
  uiPort: options.port,
  httpAdminRoot: '/',
  httpNodeRoot: '/',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, projects: { enabled: false } },
  logging: { terminal: { level: 'warn', metrics: false, handler: terminalLog } },
});
app.use('/', RED.httpAdmin);
app.use('/', RED.httpNode);

let arrived = 0;
RED.hooks.add('onSend.print-events', (sent) => {
  // A message that goes along several wires is here once for each.
  const messages = new Set(sent.filter(({ source }) => source.node?.type?.startsWith('ews-')).map(({ msg }) => msg));
  for (const message of messages) {
    const line = eventLine(message);
    if (line === undefined) continue;
    arrived += 1;
    console.log(line);
  }
});

let stopping = false;
async function stop(code) {
  if (stopping) return;
  stopping = true;
  // Nodes close within seconds; should one hang, the process must end all the same.
  setTimeout(() => process.exit(code), 20_000).unref();
  server.closeAllConnections();
  server.close();
  await RED.stop();
  process.exit(code);
}
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));

// The flows are loaded after Node-RED has started; the seconds are for them.
const flowsRun = new Promise((resolve) => RED.events.once('flows:started', resolve));
await RED.start();
await flowsRun;
console.log(`Node-RED is at http://${HOST}:${options.port}/ - watching a mailbox of the sandbox. Ctrl-C ends it.`);
if (options.seconds !== undefined) {
  setTimeout(() => {
    console.log(arrived === 1 ? '1 message arrived.' : `${arrived} messages arrived.`);
    void stop(arrived > 0 ? 0 : 1);
  }, options.seconds * 1000);
}
