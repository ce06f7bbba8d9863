import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { closeSharedSandbox, sharedSandbox } from '../../dist/src/sandbox/shared-sandbox.js';
import { projectRoot } from '../support/fixture.js';
import { Client } from './client.js';

describe('sandbox: the shared one', () => {
  after(closeSharedSandbox);

  it('is one for the process, until it is closed', async () => {
    const [one, two] = await Promise.all([sharedSandbox(), sharedSandbox()]);
    assert.equal(one, two);
    await closeSharedSandbox();
    assert.notEqual(await sharedSandbox(), one);
  });

  it('has the mailboxes of a company, which its user may open', async () => {
    const sandbox = await sharedSandbox();
    const [delegate, impersonating] = [new Client(sandbox), impersonator(sandbox, 'branch-50')];
    for (const name of ['support', 'room-helsinki', 'branch-01', 'branch-50']) {
      const scope = { folders: [{ id: 'inbox' }], mailbox: `${name}@sandbox.example` };
      assert.ok((await delegate.subscribe({ scope })).subscriptionId, name);
    }
    assert.ok((await impersonating.subscribe()).subscriptionId);
    await delegate.close();
    await impersonating.close();
  });

  function impersonator(sandbox: Sandbox, name: string): Client {
    return new Client(sandbox, { header: { impersonate: { primarySmtpAddress: `${name}@sandbox.example` } } });
  }

  it('does not keep the process alive', () => {
    const module = JSON.stringify(join(projectRoot, 'dist/src/sandbox/shared-sandbox.js'));
    const script =
      `require(${module}).sharedSandbox().then(({ url }) => fetch(url, { method: 'POST' }))` +
      '.then(({ status }) => console.log(status))';
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0);
    assert.equal(stdout.trim(), '401');
  });
});
