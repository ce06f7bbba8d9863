import { systemClock } from '../clock.js';
import { Activity } from './activity/activity.js';
import { addOrganization } from './activity/organization.js';
import { startSandbox, type Sandbox } from './sandbox.js';

interface Shared {
  readonly sandbox: Sandbox;
  readonly activity: Activity;
}

let shared: Promise<Shared> | undefined;

/**
 * The sandbox of this process, with the mailboxes of a company in which something happens every few seconds. It is
 * started when it is first asked for, and then kept. It does not keep the process alive.
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
  addOrganization(sandbox);
  const activity = new Activity(sandbox, systemClock, seed);
  activity.start();
  return { sandbox, activity };
}
