import { createHash, createHmac, randomBytes } from 'node:crypto';
import { md4 } from '../../dist/src/transport/ntlm/md4.js';

/**
 * The server's side of NTLM, from [MS-NLMP] and apart from the client's code but for MD4, which RFC vectors prove.
 * It is strict: a proof without a MIC, or that is bound to another channel, is none.
 */
export interface AuthenticateMessage {
  readonly raw: Buffer;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly sessionKey: Buffer;
  /** The first attribute of a kind in the NTLMv2 response. */
  attribute(id: number): Buffer | undefined;
  attributes(id: number): Buffer[];
}

export function parseAuthenticate(raw: Buffer): AuthenticateMessage {
  if (raw.toString('latin1', 0, 8) !== 'NTLMSSP\0' || raw.readUInt32LE(8) !== 3) throw new Error('no AUTHENTICATE');
  const field = (at: number) => {
    const from = raw.readUInt32LE(at + 4);
    return raw.subarray(from, from + raw.readUInt16LE(at));
  };
  const ntResponse = field(20);
  const pairs: { id: number; value: Buffer }[] = [];
  for (let at = 44; ntResponse.readUInt16LE(at) !== 0;) {
    const length = ntResponse.readUInt16LE(at + 2);
    pairs.push({ id: ntResponse.readUInt16LE(at), value: ntResponse.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  const attributes = (id: number) => pairs.filter((pair) => pair.id === id).map(({ value }) => value);
  return {
    raw,
    ...{ lmResponse: field(12), ntResponse, sessionKey: field(52), attributes },
    ...{ domain: field(28).toString('utf16le'), user: field(36).toString('utf16le') },
    workstation: field(44).toString('utf16le'),
    attribute: (id) => attributes(id)[0],
  };
}

export interface Expected {
  readonly negotiate: Buffer;
  readonly challenge: Buffer;
  readonly password: string;
}

/** Whether a message proves that whoever sent it knows the password and saw the same messages. */
export function proves(message: AuthenticateMessage, { negotiate, challenge, password }: Expected): boolean {
  const hash = md4(Buffer.from(password, 'utf16le'));
  const upper = Array.from(message.user, (one) => (one === 'ß' ? one : one.toUpperCase())).join('');
  const key = hmac(hash, Buffer.from(upper + message.domain, 'utf16le'));
  const temp = message.ntResponse.subarray(16);
  const proof = hmac(key, challenge.subarray(24, 32), temp);
  if (!proof.equals(message.ntResponse.subarray(0, 16))) return false;
  const baseKey = hmac(key, proof);
  const sessionKey = message.sessionKey.length === 0 ? baseKey : rc4Again(baseKey, message.sessionKey);
  const withoutMic = Buffer.from(message.raw);
  withoutMic.fill(0, 72, 88);
  return hmac(sessionKey, negotiate, challenge, withoutMic).equals(message.raw.subarray(72, 88));
}

/** A challenge as Windows sends it. */
export function makeChallenge(): Buffer {
  const pair = (id: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(Date.now() + 11_644_473_600_000) * 10_000n);
  const name = Buffer.from('CORP', 'utf16le');
  const info = Buffer.concat([pair(2, name), pair(1, name), pair(7, time), pair(0, Buffer.alloc(0))]);
  const head = Buffer.alloc(56);
  head.write('NTLMSSP\0', 'latin1');
  head.writeUInt32LE(2, 8);
  head.writeUInt16LE(name.length, 12);
  head.writeUInt16LE(name.length, 14);
  head.writeUInt32LE(56, 16);
  head.writeUInt32LE(0xe28a8235, 20);
  randomBytes(8).copy(head, 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56 + name.length, 44);
  return Buffer.concat([head, name, info]);
}

/** What the attribute for channel bindings must hold over TLS with this certificate (DER). */
export function expectedBindings(certificate: Buffer, hash: string): Buffer {
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), createHash(hash).update(certificate).digest()]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return createHash('md5')
    .update(Buffer.concat([Buffer.alloc(16), length, data]))
    .digest();
}

function hmac(key: Buffer, ...parts: Buffer[]): Buffer {
  const made = createHmac('md5', key);
  for (const part of parts) made.update(part);
  return made.digest();
}

/** RC4 once more, as the textbook has it. */
function rc4Again(key: Buffer, data: Buffer): Buffer {
  const s = [...Array(256).keys()];
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i]! + key[i % key.length]!) % 256;
    [s[i], s[j]] = [s[j]!, s[i]!];
  }
  const out = Buffer.alloc(data.length);
  for (let n = 0, i = 0, j = 0; n < data.length; n++) {
    i = (i + 1) % 256;
    j = (j + s[i]!) % 256;
    [s[i], s[j]] = [s[j]!, s[i]!];
    out[n] = data[n]! ^ s[(s[i]! + s[j]!) % 256]!;
  }
  return out;
}
