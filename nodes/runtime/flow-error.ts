/** An error as Catch nodes and the log show it: its text is a sentence, without a class name before it. */
export class FlowError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
    // Catch nodes and the log would show our own call stack, which tells the author of a flow nothing.
    this.stack = message;
  }

  override toString(): string {
    return this.message;
  }
}
