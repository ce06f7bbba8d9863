import { systemClock } from '../clock.js';
import { Activity } from './activity/activity.js';
import { Random } from './random.js';
import { startSandbox, type Sandbox } from './sandbox.js';

interface Shared {
  readonly sandbox: Sandbox;
  readonly activity: Activity;
}

let shared: Promise<Shared> | undefined;

/**
 * The sandbox of this process, with a demo mailbox in which something happens every few seconds. It is started when it
 * is first asked for, and then kept. It does not keep the process alive.
 */
export async function sharedSandbox(): Promise<Sandbox> {
  shared ??= start();
  const starting = shared;
  try {
    return (await starting).sandbox;
  } catch (error) {
    if (shared === starting) shared = undefined;
    throw error;
  }
}

/** Ends the sandbox of this process, if there is one. The next one is a new one. */
export async function closeSharedSandbox(): Promise<void> {
  const closing = shared;
  shared = undefined;
  if (!closing) return;
  const { sandbox, activity } = await closing;
  activity.stop();
  await sandbox.close();
}

async function start(): Promise<Shared> {
  const seed = systemClock.now() % 0xffff_ffff;
  const sandbox = await startSandbox({ seed, unref: true });
  const activity = new Activity(sandbox.mailbox(), systemClock, new Random(seed));
  activity.start();
  return { sandbox, activity };
}
