// The library for certificates needs this to be loaded before it.
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// The library’s types are those of a browser’s Crypto.
x509.cryptoProvider.set(webcrypto as never);

const RSA = rsa('RSASSA-PKCS1-v1_5', 'SHA-256');

/** What a key is made and a certificate is signed with, as WebCrypto has it. */
export type SigningAlgorithm = ReturnType<typeof rsa> | ReturnType<typeof ecdsa>;

export function rsa(name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS', hash: string) {
  return { name, hash, saltLength: 32, publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
}

export function ecdsa(namedCurve: 'P-256' | 'P-384', hash: string) {
  return { name: 'ECDSA', namedCurve, hash };
}

export interface Issued {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export interface TestAuthority {
  /** The authority's certificate, PEM. */
  readonly ca: string;
  /**
   * A certificate for a name or address; `days` from now until it runs out (negative: it has). With a passphrase its key
   * is encrypted.
   */
  issue(name: string, days?: number, passphrase?: string): Promise<Issued>;
}

/** A private certificate authority that lives for one test. Its own key decides how what it issues is signed. */
export async function makeAuthority(algorithm: SigningAlgorithm = RSA): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Test Authority',
    notBefore: daysFromNow(-10),
    notAfter: daysFromNow(10),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    ca: authority.toString('pem'),
    issue: async (name, days = 5, passphrase?: string) => {
      const own = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
      const cert = await x509.X509CertificateGenerator.create({
        serialNumber: '02',
        subject: `CN=${name}`,
        issuer: authority.subject,
        notBefore: daysFromNow(-10),
        notAfter: daysFromNow(days),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.SubjectAlternativeNameExtension([{ type: /^[\d.]+$/.test(name) ? 'ip' : 'dns', value: name }]),
        ],
      });
      return { cert: cert.toString('pem'), key: await pem(own.privateKey, passphrase) };
    },
  };
}

async function pem(key: webcrypto.CryptoKey, passphrase?: string): Promise<string> {
  const text = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
  if (passphrase === undefined) return text;
  const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return createPrivateKey(text).export(encrypted).toString();
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}
