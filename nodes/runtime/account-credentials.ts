import type { ConfigurationProblem } from '../../src/subscriptions/configuration-problem.js';
import type { ClientProof, Credentials, OAuth2Credentials } from '../../src/transport/credentials.js';
import { readSigningCertificate } from '../../src/transport/oauth/client-assertion.js';
import { CLOUDS, isCloudName, isTokenUrl, tokenUrlOf } from '../../src/transport/oauth/clouds.js';
import { isBearerToken } from '../../src/transport/oauth/token-answer.js';
import { textOf, type RawConfig } from './config-values.js';

/** The ways to sign in that there are. */
const AUTHENTICATIONS: readonly Credentials['type'][] = ['basic', 'ntlm', 'negotiate', 'oauth2', 'bearer'];

/** What an account signs in with, or what is wrong with it. */
export type AccountCredentials = { readonly credentials: Credentials } | { readonly problem: ConfigurationProblem };

/**
 * Reads how an account signs in.
 * @param secrets what Node-RED keeps apart from the flow; one that was never set is missing
 */
export function readCredentials(config: RawConfig, secrets: RawConfig): AccountCredentials {
  const auth = textOf(config, 'auth', 'basic') || 'basic';
  const type = AUTHENTICATIONS.find((one) => one === auth);
  if (!type) return { problem: 'auth-not-supported' };
  if (type === 'oauth2') return readOAuth2(config, secrets);
  if (type === 'bearer') return readBearer(secrets);
  const username = textOf(secrets, 'username');
  // Kerberos knows by its ticket who signs in.
  if (username === '' && type !== 'negotiate') return { problem: 'no-username' };
  // White space around a password may belong to it.
  const password = typeof secrets.password === 'string' ? secrets.password : '';
  // An attempt without one would count as a wrong one, and might lock the account.
  if (password === '' && type !== 'negotiate') return { problem: 'no-password' };
  return { credentials: { type, username, password } };
}

function readBearer(secrets: RawConfig): AccountCredentials {
  const token = textOf(secrets, 'token').replace(/^Bearer\s+/i, '');
  if (token === '') return { problem: 'no-token' };
  return isBearerToken(token) ? { credentials: { type: 'bearer', token } } : { problem: 'bad-token' };
}

function readOAuth2(config: RawConfig, secrets: RawConfig): AccountCredentials {
  const cloud = textOf(config, 'cloud', 'global') || 'global';
  if (!isCloudName(cloud)) return { problem: 'bad-cloud' };
  const preset = CLOUDS[cloud];
  const template = textOf(config, 'tokenUrl') || preset.tokenUrl;
  const tenant = textOf(config, 'tenant');
  const clientId = textOf(config, 'clientId');
  if (template.includes('{tenant}') && tenant === '') return { problem: 'no-tenant' };
  const tokenUrl = tokenUrlOf(template, tenant);
  if (!isTokenUrl(tokenUrl)) return { problem: 'bad-token-url' };
  if (clientId === '') return { problem: 'no-client-id' };
  const proof = readProof(config, secrets);
  if (typeof proof === 'string') return { problem: proof };
  const credentials: OAuth2Credentials = {
    ...{ type: 'oauth2', tokenUrl, clientId, proof },
    scope: textOf(config, 'scope') || preset.scope,
  };
  return { credentials };
}

/** A certificate, where there is one, is used rather than a secret: it is the better proof. */
function readProof(config: RawConfig, secrets: RawConfig): ClientProof | ConfigurationProblem {
  const certificate = textOf(config, 'clientCertificate');
  const key = textOf(secrets, 'clientKey');
  const secret = textOf(secrets, 'clientSecret');
  if (certificate === '') return secret === '' ? 'no-client-secret' : { secret };
  if (key === '') return 'no-client-key';
  try {
    readSigningCertificate(certificate, key);
  } catch {
    return 'bad-client-certificate';
  }
  return { certificate, key };
}
