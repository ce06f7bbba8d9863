import { EwsError } from '../protocol/ews-error.js';
import type { OperationName } from '../protocol/operation.js';
import { certificateOf, type PeerCertificate } from './peer-certificate.js';

/**
 * The `EwsError` for what the network, TLS or HTTP layer threw, with a sentence that says what to look at.
 * @param origin scheme, host and port of the server, as they may be shown
 */
export function networkError(thrown: unknown, origin: string, operation?: OperationName): EwsError {
  if (thrown instanceof EwsError) return thrown;
  const code = codeOf(thrown);
  const [ours, sentence] = classify(code, messageOf(thrown), origin, certificateOf(thrown));
  return new EwsError(ours, sentence, { cause: thrown, ...(operation === undefined ? {} : { operation }) });
}

const LOST = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'];
const ANSWER_UNDER_WAY = [...LOST, 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** Whether the server may have carried a request out and sent an answer that did not arrive, or could not be read. */
export function mayHaveLostAnswer(error: EwsError): boolean {
  if (error.code === 'EWS_MALFORMED' || error.code === 'EWS_TOO_LARGE') return true;
  return ANSWER_UNDER_WAY.includes(codeOf(error.cause));
}

/** Whether nothing answered where the server should: it may be starting again, having forgotten what it keeps in memory. */
export function mayHaveRestarted(error: EwsError): boolean {
  return isNotThere(error) || error.httpStatus === 502 || error.httpStatus === 504;
}

/** Whether nobody listened at the server's address. */
export function isNotThere(error: EwsError): boolean {
  return codeOf(error.cause) === 'ECONNREFUSED';
}

function classify(
  code: string,
  message: string,
  origin: string,
  certificate: PeerCertificate | undefined,
): readonly [string, string] {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['EWS_NETWORK', `The name in ${origin} cannot be resolved. Check the URL and this machine's DNS.`];
    case 'ECONNREFUSED':
      return ['EWS_NETWORK', `${origin} refuses connections. Check the port, and that the server is running.`];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['EWS_NETWORK', `There is no way to ${origin} from this machine.`];
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return ['EWS_TIMEOUT', `${origin} does not answer: connecting to it took too long.`];
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return ['EWS_TIMEOUT', `${origin} was reached, but did not answer in time.`];
    case 'UND_ERR_HEADERS_OVERFLOW':
      return ['EWS_TOO_LARGE', `${origin} sent more header lines than is reasonable.`];
  }
  if (code.startsWith('HPE_')) {
    return ['EWS_NETWORK', `${origin} does not speak HTTP. If it speaks HTTPS, the URL must begin with https://.`];
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return ['EWS_NETWORK', `${origin} does not speak TLS. If it speaks plain HTTP, the URL must begin with http://.`];
  }
  const problem = certificateProblem(code, certificate);
  if (problem !== undefined) {
    const which = certificate ? ` (subject: ${certificate.subject}; issuer: ${certificate.issuer})` : '';
    return ['EWS_CERTIFICATE', `The certificate of ${origin}${which} was refused: ${problem}`];
  }
  if (code.startsWith('ERR_OSSL_')) {
    return [
      'EWS_CONFIGURATION',
      `A certificate or key in the TLS configuration cannot be used (${code}). Check that they belong together, and the passphrase.`,
    ];
  }
  // Up to TLS 1.2, and in many a server's hands after it, a missing client certificate is a handshake failure.
  if (/ALERT_.*(?:CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/.test(code)) {
    return [
      'EWS_CERTIFICATE',
      `${origin} broke off the TLS handshake (${code}). It may want a client certificate, or not take the one it was shown. Put one that it takes, with its key, into a TLS configuration and choose that in the account.`,
    ];
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return ['EWS_NETWORK', `${origin} and this machine found no common way to encrypt (${code}).`];
  }
  if (LOST.includes(code) || code === 'UND_ERR_CLOSED') {
    return ['EWS_NETWORK', `The connection to ${origin} was lost before the answer was complete.`];
  }
  return ['EWS_NETWORK', `Talking to ${origin} failed: ${message}`];
}

function certificateProblem(code: string, certificate?: PeerCertificate): string | undefined {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `it was not issued by an authority that this machine trusts (${code}). Put your authority's certificate into a TLS configuration and choose that in the account.`;
    case 'CERT_HAS_EXPIRED':
      return `it has expired${certificate ? ` on ${certificate.validTo}` : ''}. It must be renewed on the server.`;
    case 'CERT_NOT_YET_VALID':
      return `it is not valid yet${certificate ? `, but from ${certificate.validFrom}` : ''}. Check this machine's clock.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `it was issued for another name${certificate?.names ? ` (${certificate.names})` : ''}. Use a name in the URL that the certificate holds.`;
    case 'CERT_REVOKED':
      return 'it was revoked.';
  }
  return code.startsWith('CERT_') || code.startsWith('ERR_TLS_CERT') ? `${code}.` : undefined;
}

/** The code of an error, looked for in what it wraps too: undici and Node's address racing wrap theirs. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  const inner = thrown instanceof AggregateError ? (thrown.errors as unknown[])[0] : thrown.cause;
  // undici gives its parser's errors a code only at times. An answer that ends too soon is one of them where the server
  // had said that it would close the connection.
  if (thrown.name === 'HTTPParserError') return /EOF/.test(thrown.message) ? 'UND_ERR_SOCKET' : 'HPE_INVALID';
  const own = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (own === '' || own === 'UND_ERR_SOCKET') return codeOf(inner) || own;
  return own;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
