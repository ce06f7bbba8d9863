import { X509Certificate } from 'node:crypto';
import type { PeerCertificate as PeerCertificateOfNode, TLSSocket } from 'node:tls';

/** The longest name of a certificate that is shown, in characters: it comes from the network. */
const MAX_NAME_LENGTH = 200;

/** What is told of a certificate that was refused. */
export interface PeerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** The names that it was issued for. */
  readonly names: string;
  readonly validFrom: string;
  readonly validTo: string;
}

/**
 * Has the error of a handshake say which certificate it is about, as its property `certificate`. By the time that the
 * error is emitted the certificate is gone, so it is read when the handshake ends and before it is judged.
 */
export function rememberCertificate(socket: TLSSocket): (error: Error) => void {
  let certificate: Buffer | undefined;
  // Where Node should stop emitting this event, errors say less and nothing else changes.
  socket.prependOnceListener('secure', () => {
    certificate = rawCertificate(socket);
  });
  return (error) => {
    if (certificate) Object.assign(error, { certificate: describeCertificate(certificate) });
  };
}

/** The server's certificate (DER), if it has shown one. `getPeerX509Certificate` would have Node's own check fail after it. */
export function rawCertificate(socket: TLSSocket): Buffer | undefined {
  // Without a certificate, what comes is an empty object.
  return (socket.getPeerCertificate() as Partial<PeerCertificateOfNode> | null)?.raw;
}

/** The certificate that an error is about; `undefined` for other errors. */
export function certificateOf(thrown: unknown): PeerCertificate | undefined {
  if (!(thrown instanceof Error)) return undefined;
  return 'certificate' in thrown ? (thrown.certificate as PeerCertificate) : certificateOf(thrown.cause);
}

/** What is told of a certificate (DER). */
export function describeCertificate(raw: Buffer): PeerCertificate {
  return describe(new X509Certificate(raw));
}

function describe(certificate: X509Certificate): PeerCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: oneLine(certificate.subjectAltName),
    validFrom: oneLine(certificate.validFrom),
    validTo: oneLine(certificate.validTo),
  };
}

/** Node puts each part of a name on a line of its own. */
function oneLine(text: string | undefined): string {
  const line = (text ?? '').trim().replace(/\s*\n\s*/g, ', ');
  const printable = line.replace(/\p{Cc}/gu, '?');
  return printable.length > MAX_NAME_LENGTH ? `${printable.slice(0, MAX_NAME_LENGTH)}…` : printable;
}
