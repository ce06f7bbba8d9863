import type { IncomingHttpHeaders } from 'node:http';

const COOKIE = 'X-BackEndOverrideCookie';

/** Which server answers, and the headers that say so. */
export interface Route {
  /** The number of the server. */
  readonly backEnd: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A load balancer before several servers, each of which knows only its own subscriptions. Requests go round in turn,
 * unless they ask for affinity and bring the cookie of a server (docs: How to maintain affinity).
 */
export class Affinity {
  #next = 0;
  #generation = 1;

  /** @param backEnds how many servers there are */
  constructor(readonly backEnds: number) {}

  route(headers: IncomingHttpHeaders): Route {
    if (headers['x-preferserveraffinity']?.toString().toLowerCase() !== 'true')
      return { backEnd: this.#turn(), headers: {} };
    const known = this.#readCookie(headers.cookie ?? '');
    if (known?.generation === this.#generation) return { backEnd: known.backEnd, headers: {} };
    const backEnd = known?.backEnd ?? this.#turn();
    const value = `mbx0${backEnd + 1}.sandbox.example~${this.#generation}`;
    return { backEnd, headers: { 'Set-Cookie': `${COOKIE}=${value}; path=/; HttpOnly` } };
  }

  /** Has the next answers set the cookie anew. What was set before still leads to the same server. */
  renewCookies(): void {
    this.#generation += 1;
  }

  #turn(): number {
    const backEnd = this.#next;
    this.#next = (this.#next + 1) % this.backEnds;
    return backEnd;
  }

  #readCookie(cookies: string): { backEnd: number; generation: number } | undefined {
    const match = new RegExp(`(?:^|;\\s*)${COOKIE}=mbx0(\\d+)\\.sandbox\\.example~(\\d+)`).exec(cookies);
    const backEnd = Number(match?.[1] ?? 0) - 1;
    return backEnd >= 0 && backEnd < this.backEnds ? { backEnd, generation: Number(match?.[2]) } : undefined;
  }
}
