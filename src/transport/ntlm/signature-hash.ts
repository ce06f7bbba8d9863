/** The hashes, by the content bytes of their object identifier: 2.16.840.1.101.3.4.2.x, in hex. */
const HASHES: Readonly<Record<string, string>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '608648016503040204': 'sha224',
};

/** The signature algorithms whose hash is part of their name, likewise. */
const SIGNATURES: Readonly<Record<string, string>> = {
  // RSA PKCS #1 v1.5 (1.2.840.113549.1.1.x)
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  // ECDSA (1.2.840.10045.4.3.x)
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** RSASSA-PSS (1.2.840.113549.1.1.10), whose hash is among its parameters. */
const RSA_PSS = '2a864886f70d01010a';

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
/** The first parameter of RSASSA-PSS (RFC 4055, 3.1). */
const PSS_HASH = 0xa0;

/**
 * The hash that a certificate was signed with, from its DER (RFC 5280, 4.1); Node itself does not tell. `undefined` for
 * MD5, SHA-1, and what has no hash of its own. Throws a `RangeError` for what is no certificate.
 */
export function signatureHash(certificate: Buffer): string | undefined {
  const [, algorithm] = children(expect(read(certificate, 0), SEQUENCE).content);
  const [name, parameters] = children(expect(algorithm, SEQUENCE).content);
  const id = expect(name, OBJECT_IDENTIFIER).content.toString('hex');
  if (id !== RSA_PSS) return SIGNATURES[id];
  const hash =
    parameters?.tag === SEQUENCE ? children(parameters.content).find(({ tag }) => tag === PSS_HASH) : undefined;
  // Left out it is SHA-1.
  if (!hash) return undefined;
  const [hashName] = children(expect(read(hash.content, 0), SEQUENCE).content);
  return HASHES[expect(hashName, OBJECT_IDENTIFIER).content.toString('hex')];
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

function children(content: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < content.length;) {
    const element = read(content, at);
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** One element of DER: tag, length, content. `readUInt8` throws beyond the end. */
function read(bytes: Buffer, at: number): Element {
  const tag = bytes.readUInt8(at);
  const first = bytes.readUInt8(at + 1);
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 4) throw new RangeError('a length of more than four bytes');
  const length = more === 0 ? (first & 0x80 ? 0 : first) : bytes.readUIntBE(at + 2, more);
  const start = at + 2 + more;
  const end = start + length;
  if (end > bytes.length) throw new RangeError('an element beyond the end');
  return { tag, content: bytes.subarray(start, end), end };
}

function expect(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new RangeError('an element of another kind');
  return element;
}
