import assert from 'node:assert/strict';
import { ask } from '../support/admin-questions.js';
import { NodeRed } from '../support/node-red-process.js';

const PATHS = ['ews-account/test', 'ews-account/folders', 'ews-account/find', 'ews-push-in/some/test'];
const PASSWORD = 'password-of-this-test';
/** Of that password, by bcrypt. */
const HASH = '$2b$04$afYZ0TVqTPQGAUgtIG8RbuLreSgyr8FI/PnpIHNluO9B3as0GhRUG';

const USERS = {
  admin: '*',
  reader: 'read',
  // May change accounts and nodes, but not deploy, which is what looking up variables takes.
  partial: ['ews-account.write', 'ews-push-in.write'],
};

describe('the permissions that the editor’s questions need', () => {
  let red: NodeRed;
  before(async () => {
    const users = Object.entries(USERS).map(([username, permissions]) => ({ username, password: HASH, permissions }));
    red = await NodeRed.start({ adminAuth: { type: 'credentials', users } });
  });
  after(() => red.close());

  async function statusesFor(user: keyof typeof USERS): Promise<number[]> {
    const form = {
      client_id: 'node-red-editor',
      grant_type: 'password',
      scope: '',
      username: user,
      password: PASSWORD,
    };
    const response = await fetch(`${red.address}/auth/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = (await response.json()) as { access_token?: string };
    assert.ok(token, 'nobody is signed in');
    return statuses({ authorization: `Bearer ${token}` });
  }

  const statuses = (headers: Record<string, string> = {}) =>
    Promise.all(PATHS.map(async (path) => (await ask(red, path, { id: 'nobody' }, headers)).status));

  it('are asked of everybody', async () => {
    assert.deepEqual(
      await statuses(),
      PATHS.map(() => 401),
    );
    assert.deepEqual(
      await statuses({ authorization: 'Bearer made-up' }),
      PATHS.map(() => 401),
    );
  });

  it('are more than leave to read', async () => {
    assert.deepEqual(
      await statusesFor('reader'),
      PATHS.map(() => 401),
    );
  });

  it('are the right to deploy as well', async () => {
    assert.deepEqual(
      await statusesFor('partial'),
      PATHS.map(() => 401),
    );
  });

  it('are those of who may do everything', async () => {
    assert.deepEqual(
      await statusesFor('admin'),
      PATHS.map(() => 404),
    );
  });
});
