import type { RequestListener } from 'node:http';
import type { Sandbox } from '../../dist/src/sandbox/sandbox.js';
import { forwardTo } from './forward.js';
import { serve, type TestServer } from './http-server.js';
import { TokenServer, type TokenServerOptions } from './token-server.js';

/** An Exchange that takes nothing but the newest token of a server of its own, and the sandbox behind it. */
export class TokenFront {
  /** How many requests came without it. */
  refused = 0;

  private constructor(
    readonly tokens: TokenServer,
    private readonly server: TestServer,
  ) {}

  static async start(sandbox: Sandbox, options: TokenServerOptions): Promise<TokenFront> {
    const tokens = await TokenServer.start(options);
    const inside = forwardTo(() => sandbox);
    const listener: RequestListener = (request, response) => {
      if (tokens.knows(request)) {
        inside(request, response);
        return;
      }
      front.refused += 1;
      request.resume();
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end();
    };
    const front: TokenFront = new TokenFront(tokens, await serve(listener));
    return front;
  }

  get url(): string {
    return `${this.server.origin}/EWS/Exchange.asmx`;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.tokens.close();
  }
}
