/** What the strict reader throws where it is not certain. One for all: it is no error, and its stack would cost time. */
const DOUBT = new Error('This is for the general reader.');

/** Leaves the document to the general reader. */
export function doubt(): never {
  throw DOUBT;
}

/** What `read` returns; nothing when it was in doubt. */
export function unlessInDoubt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown === DOUBT) return undefined;
    throw thrown;
  }
}
