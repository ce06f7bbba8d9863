import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as passTime } from 'node:timers/promises';
import { projectRoot } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import type { FlowNode } from '../../support/node-red-process.js';

/** After so many milliseconds a wait is in vain: a busy machine may need half a minute to start Node-RED. */
const IN_VAIN_MS = 80_000;
const LOOK_MS = 20;

/** Which Node and Node-RED, and which copy of this package: scripts/test-editor.mjs says so. */
const NODE = process.env.EWS_EDITOR_NODE ?? process.execPath;
const NODE_RED = process.env.EWS_EDITOR_NODE_RED ?? projectRoot;
const PACKAGE = process.env.EWS_EDITOR_PACKAGE ?? projectRoot;

/**
 * A Node-RED with its editor, started as people start it, in a process and a user directory of its own, which
 * {@link close} ends and removes.
 */
export class EditorNodeRed {
  readonly userDir = mkdtempSync(join(tmpdir(), 'ews-editor-'));
  #child: ChildProcess | undefined;
  #output = '';
  #port = 0;

  /** One that is up, with no flows. `settings` are those of settings.js, as far as JSON can hold them. */
  static async start(settings: object = {}): Promise<EditorNodeRed> {
    const red = new EditorNodeRed();
    await red.#start(settings);
    return red;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What it has printed. */
  get output(): string {
    return this.#output;
  }

  /** How often flows were started, as it says in its language. */
  get starts(): number {
    return this.#output.match(/Started|sind gestartet/g)?.length ?? 0;
  }

  async #start(settings: object): Promise<void> {
    linkPackage(this.userDir);
    const all = {
      uiHost: '127.0.0.1',
      flowFile: 'flows.json',
      credentialSecret: 'of this test',
      lang: 'en-US',
      telemetry: { enabled: false, updateNotification: false },
      editorTheme: { tours: false, palette: { catalogues: [] } },
      ...settings,
    };
    writeFileSync(join(this.userDir, 'settings.js'), `module.exports = ${JSON.stringify(all)};\n`);
    this.#port = await freePort();
    const program = join(NODE_RED, 'node_modules', 'node-red', 'red.js');
    const child = spawn(NODE, [program, '-u', this.userDir, '-p', String(this.#port)], {
      cwd: this.userDir,
      // A test run may itself stand in a Node-RED's or npm's environment.
      env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(NODE_RED_|npm_)/.test(key))),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    await this.until(() => this.starts > 0);
  }

  /** Ends it and removes its user directory. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    rmSync(this.userDir, { recursive: true, force: true });
  }

  /** Replaces all flows; resolves when they run. */
  async deploy(flows: readonly FlowNode[]): Promise<void> {
    const before = this.starts;
    const response = await fetch(`${this.address}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': 'full' },
      body: JSON.stringify(flows),
    });
    if (!response.ok) throw new Error(`POST /flows: ${response.status} ${await response.text()}`);
    await this.until(() => this.starts > before);
  }

  /** What the admin interface answers, as text. */
  async get(path: string): Promise<string> {
    return (await fetch(`${this.address}/${path}`)).text();
  }

  /** The flows as they are deployed. */
  async flows(): Promise<FlowNode[]> {
    return JSON.parse(await this.get('flows')) as FlowNode[];
  }

  /** A node as it is deployed. */
  async deployed(id: string): Promise<FlowNode> {
    const found = (await this.flows()).find((node) => node.id === id);
    if (!found) throw new Error(`no node ${id} is deployed`);
    return found;
  }

  /** Resolves once `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    const end = Date.now() + IN_VAIN_MS;
    while (!condition()) {
      if (this.#child?.exitCode !== null || Date.now() > end) {
        throw new Error(`waited in vain for ${condition.toString()}\n${this.#output.slice(-3000)}`);
      }
      await passTime(LOOK_MS);
    }
  }
}

/** Puts the package into a user directory as npm would have: here, a link to it. */
function linkPackage(userDir: string): void {
  const link = join(userDir, 'node_modules', '@ews-flows', 'node-red-ews-notifications');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(PACKAGE, link, 'junction');
}
