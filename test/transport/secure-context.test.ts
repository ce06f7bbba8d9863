import assert from 'node:assert/strict';
import { secureContext } from '../../dist/src/transport/secure-context.js';
import { makeAuthority } from '../support/certificates.js';

describe('what connections over TLS share', () => {
  it('is the same for those that are configured alike, and only for them', async () => {
    const [one, other] = [await makeAuthority(), await makeAuthority()];
    const { key, cert } = await one.issue('client');
    const shared = secureContext({ ca: one.ca });
    assert.equal(secureContext({ ca: one.ca, rejectUnauthorized: false, servername: 'elsewhere' }), shared);
    assert.notEqual(secureContext({ ca: other.ca }), shared);
    assert.notEqual(secureContext({ ca: one.ca, key, cert }), shared);
    assert.notEqual(secureContext({}), shared);
  });

  it('is nothing where a certificate is none, each time', () => {
    for (let time = 0; time < 2; time += 1) assert.throws(() => secureContext({ cert: 'none' }), { name: 'Error' });
  });
});
