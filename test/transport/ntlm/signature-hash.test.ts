import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { channelBindings } from '../../../dist/src/transport/ntlm/channel-bindings.js';
import { signatureHash } from '../../../dist/src/transport/ntlm/signature-hash.js';
import { ecdsa, makeAuthority, rsa } from '../../support/certificates.js';
import { expectedBindings } from '../../support/ntlm-server.js';

describe('tls-server-end-point (RFC 5929)', () => {
  for (const [algorithm, name, hash] of [
    [rsa('RSASSA-PKCS1-v1_5', 'SHA-1'), 'RSA with SHA-1', 'sha256'],
    [rsa('RSASSA-PKCS1-v1_5', 'SHA-256'), 'RSA with SHA-256', 'sha256'],
    [rsa('RSASSA-PKCS1-v1_5', 'SHA-384'), 'RSA with SHA-384', 'sha384'],
    [rsa('RSASSA-PKCS1-v1_5', 'SHA-512'), 'RSA with SHA-512', 'sha512'],
    [rsa('RSA-PSS', 'SHA-1'), 'RSA-PSS with SHA-1', 'sha256'],
    [rsa('RSA-PSS', 'SHA-256'), 'RSA-PSS with SHA-256', 'sha256'],
    [rsa('RSA-PSS', 'SHA-384'), 'RSA-PSS with SHA-384', 'sha384'],
    [rsa('RSA-PSS', 'SHA-512'), 'RSA-PSS with SHA-512', 'sha512'],
    [ecdsa('P-256', 'SHA-1'), 'ECDSA with SHA-1', 'sha256'],
    [ecdsa('P-256', 'SHA-256'), 'ECDSA with SHA-256', 'sha256'],
    [ecdsa('P-384', 'SHA-384'), 'ECDSA with SHA-384', 'sha384'],
    [ecdsa('P-256', 'SHA-512'), 'ECDSA with SHA-512', 'sha512'],
  ] as const) {
    it(`of a certificate that is signed by ${name} is made with ${hash}`, async () => {
      const { cert } = await (await makeAuthority(algorithm)).issue('mail.example.com');
      const { raw } = new X509Certificate(cert);
      assert.equal(channelBindings(raw).toString('hex'), expectedBindings(raw, hash).toString('hex'));
    });
  }

  it('is refused with a sentence for what is no certificate, wherever that ends', async () => {
    const { raw } = new X509Certificate((await (await makeAuthority()).issue('mail.example.com')).cert);
    for (let length = 0; length < raw.length; length += 1) {
      assert.throws(() => signatureHash(raw.subarray(0, length)), RangeError);
    }
    assert.throws(() => channelBindings(raw.subarray(0, 100)), /certificate of the server cannot be read/);
  });
});
