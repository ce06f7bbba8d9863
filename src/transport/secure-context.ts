import { hash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsOptions } from './tls-options.js';

/** What is in use, by a digest of what it was made of. */
const contexts = new Map<string, WeakRef<SecureContext>>();
const unused = new FinalizationRegistry<string>((key) => {
  if (!contexts.get(key)?.deref()) contexts.delete(key);
});

/**
 * The certificates and keys of a configuration as OpenSSL has them. Connections that are configured alike share them:
 * they are a large part of what a connection takes. Throws what OpenSSL says of certificates and keys that are none.
 */
export function secureContext({ ca, cert, key, passphrase }: TlsOptions): SecureContext {
  const parts = { ca, cert, key, passphrase };
  const name = hash('sha256', JSON.stringify(parts), 'base64');
  const known = contexts.get(name)?.deref();
  if (known) return known;
  const made = createSecureContext(parts);
  contexts.set(name, new WeakRef(made));
  unused.register(made, name);
  return made;
}
