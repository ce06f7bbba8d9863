/** A request that is answered with an HTTP status and a sentence, instead of what it asked for. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  /** @param message a sentence for whoever looks into it; holds nothing of the request and no secret */
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
