/**
 * What a secret could look like where it should not be: as it is, for URLs, in UTF-16, in base64 and hex, and as the
 * pair of user and password that HTTP sends.
 */
export function traces(secret: string, users: readonly string[] = []): Buffer[] {
  const plain = Buffer.from(secret, 'utf8');
  const wide = Buffer.from(secret, 'utf16le');
  const pairs = users.map((user) => Buffer.from(`${user}:${secret}`));
  const encoded = [plain, wide, ...pairs].flatMap((bytes) => [
    ...[0, 1, 2].map((shift) => base64Within(bytes, shift)),
    bytes.toString('hex'),
  ]);
  const texts = [encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded];
  return [plain, wide, ...texts.map((text) => Buffer.from(text))];
}

/** What is the same in base64 wherever the bytes begin within a longer text: what depends on neighbours is cut off. */
function base64Within(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return encoded.slice(shift === 0 ? 0 : shift + 1, -1);
}
