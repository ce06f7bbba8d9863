import { constants, createHash, createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { EwsError } from '../../protocol/ews-error.js';
import { mendPem } from './pem.js';

/** How long an assertion is good for, in seconds: it is used at once, but clocks differ. */
const LIFETIME_S = 300;
/** PS256 needs a key of some length (RFC 7518, 3.5), in bits. */
const MIN_BITS = 2048;

/** A certificate with the key that belongs to it. */
export interface SigningCertificate {
  readonly key: KeyObject;
  /** SHA-256 of the certificate (DER), in base64url. */
  readonly thumbprint: string;
  /** When it runs out, in milliseconds since 1970. */
  readonly validTo: number;
}

/** Reads both from PEM. Throws `EWS_CONFIGURATION`, which says what is wrong and holds nothing of either. */
export function readSigningCertificate(certificate: string, key: string): SigningCertificate {
  const cert = attempt(
    () => new X509Certificate(mendPem(certificate)),
    'The client certificate is no certificate in PEM.',
  );
  if (/ENCRYPTED/.test(key))
    throw unusable(
      'The key of the client certificate is protected by a passphrase. Enter it without one: openssl pkey -in key.pem.',
    );
  const privateKey = attempt(
    () => createPrivateKey(mendPem(key)),
    'The key of the client certificate is no private key in PEM.',
  );
  if (!cert.checkPrivateKey(privateKey)) throw unusable('The client certificate and its key do not belong together.');
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey;
  if (type !== 'rsa' || (details?.modulusLength ?? 0) < MIN_BITS) {
    throw unusable(`The key of the client certificate must be an RSA key of at least ${MIN_BITS} bits.`);
  }
  const thumbprint = createHash('sha256').update(cert.raw).digest('base64url');
  return { key: privateKey, thumbprint, validTo: Date.parse(cert.validTo) };
}

function attempt<T>(read: () => T, sentence: string): T {
  try {
    return read();
  } catch {
    // What OpenSSL says of it is of no help, and could hold a part of it.
    throw unusable(sentence);
  }
}

function unusable(sentence: string): EwsError {
  return new EwsError('EWS_CONFIGURATION', sentence);
}

export interface Assertion {
  readonly clientId: string;
  /** Whom it is for: the token URL. */
  readonly audience: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  /** Never used again. */
  readonly id: string;
}

/**
 * A JWT that proves possession of the key (RFC 7523; docs: "Microsoft identity platform application authentication
 * certificate credentials"). Throws `EWS_CONFIGURATION` for a certificate that has run out.
 */
export function writeClientAssertion(
  certificate: SigningCertificate,
  { clientId, audience, now, id }: Assertion,
): string {
  if (now > certificate.validTo) {
    const date = new Date(certificate.validTo).toISOString().slice(0, 10);
    throw unusable(
      `The client certificate has expired on ${date}. Make another, register it with the application, and enter it in the account.`,
    );
  }
  const seconds = Math.floor(now / 1000);
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': certificate.thumbprint };
  const claims = {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: id,
    nbf: seconds,
    iat: seconds,
    exp: seconds + LIFETIME_S,
  };
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), {
    key: certificate.key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
