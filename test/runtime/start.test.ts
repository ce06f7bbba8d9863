import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** What `npm start` runs after the build, in a user directory of its own. */
describe('npm start', function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'ews-start-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  interface Outcome {
    readonly code: number | null;
    readonly output: string;
    readonly errors: string;
  }

  /** @param seen called with everything written so far, whenever there is more */
  async function run(
    parameters: readonly string[],
    port: number | string,
    seen: (output: string, interrupt: () => void) => void = () => undefined,
  ): Promise<Outcome> {
    const child = spawn(process.execPath, [join('scripts', 'start.mjs'), ...parameters], {
      cwd: ROOT,
      env: { ...process.env, PORT: String(port), EWS_DEMO_DIR: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A test run that is broken off must not leave processes behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      seen(output, () => child.kill('SIGINT'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code] = (await once(child, 'close')) as [number | null];
    process.off('exit', kill);
    return { code, output, errors };
  }

  it('prints what arrives by pull and by streaming, and stops by itself', async () => {
    const { code, output, errors } = await run(['--seconds', '6'], await freePort());
    assert.equal(code, 0, output + errors);
    assert.match(output, /^Node-RED is at http:\/\/127\.0\.0\.1:\d+\//);
    for (const delivery of ['pull', 'streaming']) {
      const line = new RegExp(`^\\d\\d:\\d\\d:\\d\\d  \\w+ +(item|folder) …\\S+ in folder …\\S+.*, ${delivery}\\)$`, 'm');
      assert.match(output, line);
    }
    assert.match(output, /^\d+ messages? arrived\.$/m);
    assert.equal(errors, '');
  });

  it('says in a sentence that the port is taken', async () => {
    const other = await listening();
    const { port } = other.address() as AddressInfo;
    const { code, output, errors } = await run(['--seconds', '6'], port);
    other.close();
    assert.equal(code, 1);
    assert.equal(output, '');
    assert.equal(
      errors,
      `Port ${port} is in use by another program. Choose another one: PORT=1881 npm start\n`,
      'nothing else, and no stack',
    );
  });

  for (const [what, parameters, port, sentence] of [
    ['a nonsensical time', ['--seconds', 'x'], '1880', '--seconds must be a whole number from 1 to 86400, not "x".'],
    ['a nonsensical port', [], 'x', 'PORT must be a whole number from 1 to 65535, not "x".'],
  ] as const) {
    it(`says in a sentence what is wrong with ${what}`, async () => {
      assert.deepEqual(await run(parameters, port), { code: 1, output: '', errors: `${sentence}\n` });
    });
  }

  it('ends on Ctrl-C, with success', async function () {
    // There, a signal from another process ends a program without asking it.
    if (process.platform === 'win32') this.skip();
    const { code, errors } = await run([], await freePort(), (output, interrupt) => {
      if (output.includes('Ctrl-C ends it.')) interrupt();
    });
    assert.equal(code, 0, errors);
  });

  it('takes over newer examples, unless somebody has changed the flow', async () => {
    const file = join(directory, 'flows.json');
    const root = makeRoot(directory);
    const prepare = await preparer();
    root.example('first');
    prepare(root.path, directory, ['one.json']);
    assert.match(readFileSync(file, 'utf8'), /first/);
    root.example('second');
    prepare(root.path, directory, ['one.json']);
    assert.match(readFileSync(file, 'utf8'), /second/);
    writeFileSync(file, '[{"id":"own","type":"tab"}]');
    root.example('third');
    prepare(root.path, directory, ['one.json']);
    assert.match(readFileSync(file, 'utf8'), /own/);
  });
});
