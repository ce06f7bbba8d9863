import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../support/fixture.js';

const cli = join(projectRoot, 'dist', 'src', 'sandbox', 'cli.js');

describe('sandbox: the command', () => {
  it('prints URL, user and password and a line for each request, and ends cleanly', async () => {
    const child = spawn(process.execPath, [cli, '--quiet', '--character', 'grommunio'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const line = async (pattern: RegExp) => {
      for (;;) {
        const match = pattern.exec(printed);
        if (match) return match[1] ?? '';
        await once(child.stdout, 'data');
      }
    };
    const url = await line(/^URL +(\S+)$/m);
    const user = await line(/^User +(\S+)$/m);
    const password = await line(/^Password +(\S+)$/m);
    await fetch(url, { method: 'POST' });
    await line(/ - (POST) \/EWS\/Exchange\.asmx 401$/m);
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const body =
      '<s:Envelope xmlns:s="s"><s:Body><GetEvents><SubscriptionId>//8AAAoAAAA=</SubscriptionId>' +
      '<Watermark>x</Watermark></GetEvents></s:Body></s:Envelope>';
    await fetch(url, { method: 'POST', headers: { authorization }, body });
    await line(/ demo@sandbox\.example (GetEvents) 200 ErrorInvalidSubscription$/m);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('says what is wrong in a sentence', () => {
    const run = (...args: string[]) => {
      const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
      return `${status}: ${stderr.trim()}`;
    };
    assert.equal(run('--port', '99999'), '1: --port must be a whole number from 0 to 65535.');
    assert.equal(run('--character', 'lotus'), '1: --character must be exchange or grommunio.');
    assert.match(run('--colour', 'red'), /^1: Unknown option '--colour'/);
    assert.equal(run('--key', 'key.pem'), '1: --key and --cert go together.');
    assert.equal(run('--cert', 'cert.pem'), '1: --key and --cert go together.');
    assert.match(run('--script', '/nowhere'), /^1: ENOENT/);
  });
});
