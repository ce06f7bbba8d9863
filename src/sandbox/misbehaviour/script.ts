import type { Clock } from '../../clock.js';
import type { Sandbox } from '../sandbox.js';
import { SECOND } from '../units.js';
import { FAILURE_KEYS, type Failure } from './failure.js';
import { checkStyle } from './xml-style.js';

const ACTIONS = ['restart', 'stop', 'start', 'moveMailbox', 'resetConnections', 'behave', 'deliver'] as const;
/** What can be done with the sandbox. */
export type ScriptAction = (typeof ACTIONS)[number];

/** One step of a script. */
export interface ScriptStep {
  /** When, in seconds after the start. */
  readonly after: number;
  /** Something that shall go wrong, with the next requests that fit. */
  readonly fail?: Failure;
  readonly do?: ScriptAction;
  /** Whose mailbox is meant; the demo mailbox, if left out. */
  readonly mailbox?: string;
}

/**
 * Has a sandbox misbehave as a script says. A step that fails is told of, and the script goes on.
 *
 * @returns a function that stops it
 */
export function runScript(
  sandbox: Sandbox,
  script: readonly ScriptStep[],
  clock: Clock,
  tell: (sentence: string) => void = (sentence) => void process.stderr.write(`${sentence}\n`),
): () => void {
  const run = async (step: ScriptStep, at: number) => {
    try {
      await take(sandbox, step);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      tell(`Step ${at + 1} of the script failed: ${what}`);
    }
  };
  const timers = script.map((step, at) => clock.setTimer(() => void run(step, at), step.after * SECOND));
  return () => timers.forEach((timer) => clock.clearTimer(timer));
}

/** Reads a script from JSON text. Throws, saying what is wrong, for anything else than a list of steps. */
export function readScript(text: string): readonly ScriptStep[] {
  const script: unknown = JSON.parse(text);
  if (!Array.isArray(script)) throw new Error('A script is a JSON array of steps.');
  return script.map((step: unknown, at) => {
    const { after, do: action, fail = {} } = (step ?? {}) as Partial<ScriptStep>;
    if (typeof after !== 'number' || after < 0) throw new Error(`Step ${at + 1} does not say after how many seconds.`);
    if (action !== undefined && !ACTIONS.includes(action))
      throw new Error(`Step ${at + 1} has an unknown do: ${action}.`);
    const unknown = Object.keys(fail).find((key) => !FAILURE_KEYS.has(key));
    if (unknown !== undefined) throw new Error(`Step ${at + 1} has an unknown failure: ${unknown}.`);
    if (fail.style) checkStyle(fail.style);
    return step as ScriptStep;
  });
}

async function take(sandbox: Sandbox, { fail, do: action, mailbox }: ScriptStep): Promise<void> {
  if (fail) sandbox.failNext(fail);
  switch (action) {
    case 'restart':
    case 'stop':
    case 'start':
      await sandbox[action]();
      break;
    case 'moveMailbox':
      sandbox.moveMailbox(mailbox);
      break;
    case 'resetConnections':
    case 'behave':
      sandbox[action]();
      break;
    case 'deliver':
      sandbox.mailbox(mailbox).deliver({ subject: 'From the script' });
      break;
    case undefined:
      break;
  }
}
