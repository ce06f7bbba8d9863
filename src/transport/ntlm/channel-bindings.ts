import { createHash } from 'node:crypto';
import { EwsError } from '../../protocol/ews-error.js';
import { signatureHash } from './signature-hash.js';

/**
 * The hash by which NTLM is bound to a TLS channel: MD5 over a gss_channel_bindings_struct (RFC 2744, 3.11) that holds
 * `tls-server-end-point` (RFC 5929, 4), the hash of the server's certificate. Extended Protection asks for it.
 * @param certificate DER
 */
export function channelBindings(certificate: Buffer): Buffer {
  const data = endPoint(certificate);
  // No addresses: four zero fields of 4 bytes each; then the length of the data, little-endian.
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}

function endPoint(certificate: Buffer): Buffer {
  const hash = createHash(hashFor(certificate)).update(certificate).digest();
  return Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), hash]);
}

/** The hash of the certificate's own signature, or SHA-256 where that is MD5, SHA-1 or none (RFC 5929, 4.1). */
function hashFor(certificate: Buffer): string {
  try {
    return signatureHash(certificate) ?? 'sha256';
  } catch (cause) {
    throw new EwsError('EWS_MALFORMED', 'The certificate of the server cannot be read.', { cause });
  }
}
