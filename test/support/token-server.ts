import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, serve, type TestServer } from './http-server.js';

/** What an application may prove its identity with. */
export interface KnownClient {
  readonly clientId: string;
  readonly secret?: string;
  /** PEM. */
  readonly certificate?: string;
}

export interface TokenServerOptions {
  readonly client: KnownClient;
  readonly scope: string;
  /** How long tokens are good for, in seconds. */
  expiresIn?: number | string;
  /** What it does in place of answering as it should. */
  misbehaviour?: (request: IncomingMessage, response: ServerResponse) => void;
  /** The time by which it judges assertions, in milliseconds since 1970. */
  readonly now?: () => number;
}

const PATH = '/tenant-1/oauth2/v2.0/token';

/** A server that gives tokens to one application, and looks at its proof as closely as Microsoft's does. */
export class TokenServer {
  /** The forms that were sent. */
  readonly asked: URLSearchParams[] = [];
  /** The tokens that were given, the newest last. */
  readonly given: string[] = [];
  /** Why the last one was refused. */
  refusal: string | undefined;
  readonly #used = new Set<string>();

  private constructor(
    readonly options: TokenServerOptions,
    private server: TestServer | undefined,
    private readonly host: string | undefined,
  ) {}

  /** @param tls makes it speak https, under the name `host`, where a proxy leads to it */
  static async start(
    options: TokenServerOptions,
    tls?: { readonly key: string; readonly cert: string },
    host?: string,
  ): Promise<TokenServer> {
    const made = new TokenServer(options, undefined, host);
    made.server = await serve((request, response) => void made.#answer(request, response), tls);
    return made;
  }

  get origin(): string {
    return this.host === undefined ? this.server!.origin : `https://${this.host}`;
  }

  get url(): string {
    return this.origin + PATH;
  }

  get port(): number {
    return this.server!.port;
  }

  /** Whether a request brings the newest token. */
  knows({ headers }: IncomingMessage): boolean {
    const token = this.given.at(-1);
    return token !== undefined && headers.authorization === `Bearer ${token}`;
  }

  /** Takes no token any more that was given before. */
  revokeAll(): void {
    if (this.given.length > 0) this.given.push('revoked');
  }

  close(): Promise<void> {
    return this.server!.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await bodyOf(request));
    this.asked.push(form);
    const { misbehaviour, expiresIn = 3600 } = this.options;
    if (misbehaviour) {
      misbehaviour(request, response);
      return;
    }
    this.refusal = this.#problem(request, form);
    if (this.refusal !== undefined) {
      const description = `AADSTS7000215: Words of the server, with ${form.get('client_secret') ?? 'no secret'}.`;
      answerJson(response, 401, { error: this.refusal, error_description: description });
      return;
    }
    const token = `token-${this.given.length + 1}.gehe1m-t0ken.${'x'.repeat(1000)}`;
    this.given.push(token);
    answerJson(response, 200, { token_type: 'Bearer', expires_in: expiresIn, access_token: token });
  }

  #problem(request: IncomingMessage, form: URLSearchParams): string | undefined {
    const { client, scope } = this.options;
    if (request.method !== 'POST' || request.url !== PATH) return 'invalid_request';
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return 'invalid_request';
    if (form.get('grant_type') !== 'client_credentials') return 'unsupported_grant_type';
    if (form.get('scope') !== scope) return 'invalid_scope';
    if (form.get('client_id') !== client.clientId) return 'unauthorized_client';
    if (client.secret !== undefined) return form.get('client_secret') === client.secret ? undefined : 'invalid_client';
    if (form.has('client_secret') || !form.get('client_assertion_type')?.endsWith(':jwt-bearer'))
      return 'invalid_client';
    return this.#isProof(form.get('client_assertion') ?? '') ? undefined : 'invalid_client';
  }

  /** RFC 7523 with PS256, as the certificate's owner alone can write it; each once. */
  #isProof(assertion: string): boolean {
    const { client, now = Date.now } = this.options;
    const [header = '', claims = '', signature = '', ...more] = assertion.split('.');
    const certificate = new X509Certificate(client.certificate!);
    const { alg, 'x5t#S256': thumbprint } = decoded(header);
    const { aud, iss, sub, jti, nbf, exp } = decoded(claims);
    const seconds = now() / 1000;
    const signed = verify(
      'sha256',
      Buffer.from(`${header}.${claims}`),
      { key: certificate.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
      Buffer.from(signature, 'base64url'),
    );
    const fresh = typeof jti === 'string' && jti.length > 20 && !this.#used.has(jti);
    this.#used.add(String(jti));
    return (
      more.length === 0 &&
      signed &&
      fresh &&
      alg === 'PS256' &&
      thumbprint === createHash('sha256').update(certificate.raw).digest('base64url') &&
      aud === this.url &&
      iss === client.clientId &&
      sub === client.clientId &&
      Number(nbf) <= seconds &&
      Number(exp) > seconds &&
      Number(exp) <= seconds + 600
    );
  }
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}
