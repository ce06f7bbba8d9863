import { createHmac, randomBytes } from 'node:crypto';

/** Bits that nobody guesses, in the alphabet of URLs. */
const TOKEN_BYTES = 24;

/** The last part of a push URL: a new one for each subscription. Whoever knows it is the server that was told it. */
export function newPushToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What paths are derived from. */
export function newPushSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The path of a node that was given none: not to be guessed, the same after each start, another for each copy of the node
 * and each instance of a subflow.
 * @param secret kept in the user directory
 */
export function derivedPushPath(secret: string, node: string): string {
  return createHmac('sha256', secret).update(node).digest('base64url').slice(0, 32);
}
