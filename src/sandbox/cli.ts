#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.js';
import { Activity } from './activity/activity.js';
import { addOrganization, BRANCHES, ROOM, SUPPORT } from './activity/organization.js';
import type { ResponseRecord } from './http/request-record.js';
import { readScript, runScript } from './misbehaviour/script.js';
import { startSandbox, type Sandbox } from './sandbox.js';

const USAGE = `Serves an Exchange in memory on the loopback address, until Ctrl-C.

  --port <number>       the port; a free one if left out
  --character <name>    exchange (default) or grommunio
  --seed <number>       what ids and chance are drawn from
  --quiet               nothing happens in the mailboxes by itself
  --script <file>       a JSON file that says what shall go wrong, and when
  --key <file> --cert <file>   PEM files that make it speak HTTPS
  --help
`;

function options() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: { port: text, character: text, seed: text, script: text, key: text, cert: text, quiet: flag, help: flag },
  });
  return values;
}

function numberOf(name: string, value: string | undefined, max: number): number {
  const number = Number(value ?? 0);
  if (Number.isInteger(number) && number >= 0 && number <= max) return number;
  throw new Error(`--${name} must be a whole number from 0 to ${max}.`);
}

function characterOf(value = 'exchange'): 'exchange' | 'grommunio' {
  if (value === 'exchange' || value === 'grommunio') return value;
  throw new Error('--character must be exchange or grommunio.');
}

function line({ time, method, path, user, operation, status, code }: ResponseRecord): string {
  const what = operation ?? `${method} ${path}`;
  return [new Date(time).toISOString(), user ?? '-', what, String(status), code ?? ''].join(' ').trimEnd();
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function serve(): Promise<Sandbox | undefined> {
  const { port, character, seed, script, key, cert, quiet, help } = options();
  if (help) {
    print(USAGE);
    return undefined;
  }
  const seedNumber = numberOf('seed', seed, 0xffff_ffff);
  const steps = script === undefined ? [] : readScript(readFileSync(script, 'utf8'));
  if ((key === undefined) !== (cert === undefined)) throw new Error('--key and --cert go together.');
  const tls =
    key === undefined || cert === undefined ? {} : { tls: { key: readFileSync(key), cert: readFileSync(cert) } };
  const sandbox = await startSandbox({
    port: numberOf('port', port, 65_535),
    character: characterOf(character),
    seed: seedNumber,
    ...tls,
  });
  sandbox.onResponse((record) => print(line(record)));
  addOrganization(sandbox);
  if (!quiet) new Activity(sandbox, systemClock, seedNumber).start();
  runScript(sandbox, steps, systemClock);
  print(`URL       ${sandbox.url}\nUser      ${sandbox.user}\nPassword  ${sandbox.password}`);
  print(`Opens     ${SUPPORT}, ${ROOM}, ${BRANCHES[0]} to ${BRANCHES.at(-1)}\n`);
  return sandbox;
}

serve().then(
  (sandbox) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox?.close());
  },
  (error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    process.stderr.write(`${code === 'EADDRINUSE' ? 'The port is taken. Choose another with --port.' : message}\n`);
    process.exitCode = 1;
  },
);
