import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment } from './install.mjs';
import { waitFor } from './wait.mjs';

const settings = `module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: false,
  lang: 'en-US',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
  logging: { console: { level: 'info' } },
};
`;

/** A port that is free, and that the system gives to nobody who asks for any port. */
async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Starts the Node-RED that is installed in `runtime`, and returns when its admin API answers. */
export async function startNodeRed({ nodePath, runtime, userDir }) {
  writeFileSync(join(userDir, 'settings.js'), settings);
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const script = join(runtime, 'node_modules', 'node-red', 'red.js');
  const child = spawn(nodePath, [script, '-u', userDir, '-p', String(port)], {
    cwd: userDir,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  let ended;
  const exit = once(child, 'exit').then(
    ([code, signal]) => (ended = `Node-RED ended with ${signal ?? code}`),
    (error) => (ended = `Node-RED could not be started: ${error.message}`),
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const request = async (path, options) => {
    const response = await fetch(base + path, { ...options, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${options.method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  const red = {
    get: (path) => request(path, { method: 'GET', headers: { accept: 'application/json' } }),
    post: (path, body) =>
      request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    /** Why there is nothing left to wait for, if so. */
    failure: () => ended,
    log: () => output,
    /** Lets the nodes close. Node-RED gives each of them 15 s. */
    stop: async () => {
      child.kill('SIGTERM');
      const late = new AbortController();
      const timer = sleep(30_000, 'late', { signal: late.signal }).catch(() => undefined);
      const outcome = await Promise.race([exit, timer]);
      late.abort();
      kill();
      await exit;
      process.off('exit', kill);
      if (outcome === 'late') throw new Error('Node-RED did not end within 30 s of SIGTERM.');
    },
  };

  try {
    await waitFor('answer of the admin API', () => red.get('/settings').catch(() => undefined), {
      seconds: 120,
      failed: red.failure,
    });
    // It answers before it has loaded its flows, and flows that are deployed in between would be replaced by those.
    const flowsRun = () => (output.includes('Started flows') ? true : undefined);
    await waitFor('flows that run', flowsRun, { seconds: 120, failed: red.failure });
  } catch (error) {
    console.error(output);
    await red.stop();
    throw error;
  }
  return red;
}
