// A Node-RED with the nodes as they are built, to try them out by hand: its user directory is .demo/, the package in it
// is a link to this checkout. Options are handed on to Node-RED, for example: npm start -- -p 1881
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const userDir = join(root, '.demo');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const link = join(userDir, 'node_modules', name);
mkdirSync(dirname(link), { recursive: true });
if (!existsSync(link)) symlinkSync(root, link, 'junction');

const settings = join(userDir, 'settings.js');
if (!existsSync(settings)) {
  writeFileSync(
    settings,
    `module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
};
`,
  );
}

const red = createRequire(import.meta.url).resolve('node-red/red.js');
const child = spawn(process.execPath, [red, '-u', userDir, ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl+C reaches Node-RED by itself; this process waits until it has closed its nodes.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => (process.exitCode = code ?? 1));
