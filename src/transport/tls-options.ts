import type { ConnectionOptions } from 'node:tls';

/** How the server's certificate is verified and which one is shown to it: what Node-RED's tls-config node fills in. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername' | 'ALPNProtocols'
>;
