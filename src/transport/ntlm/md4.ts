/**
 * MD4 (RFC 1320). NTLM makes its key from it, and OpenSSL 3 offers it no more. Broken as a hash for anything else.
 * @returns 16 bytes
 */
export function md4(message: Buffer): Buffer {
  const state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  const padded = pad(message);
  for (let at = 0; at < padded.length; at += 64) {
    const words = Array.from({ length: 16 }, (_, word) => padded.readUInt32LE(at + 4 * word));
    const after = ROUNDS.reduce((before, round) => run(before, words, round), state);
    for (let part = 0; part < 4; part += 1) state[part] = ((state[part] ?? 0) + (after[part] ?? 0)) >>> 0;
  }
  const digest = Buffer.alloc(16);
  state.forEach((word, part) => digest.writeUInt32LE(word, 4 * part));
  return digest;
}

type State = [number, number, number, number];

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly constant: number;
  /** In which order the words of the block are taken. */
  readonly order: readonly number[];
  readonly shifts: readonly number[];
}

const ROUNDS: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
];

function run(before: State, words: readonly number[], { mix, constant, order, shifts }: Round): State {
  let [a, b, c, d] = before;
  order.forEach((word, step) => {
    const sum = (a + mix(b, c, d) + (words[word] ?? 0) + constant) | 0;
    const shift = shifts[step % 4] ?? 0;
    [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
  });
  return [a, b, c, d];
}

/** A one bit, zeros up to 8 bytes before the end of a block, and the length in bits. */
function pad(message: Buffer): Buffer {
  const padded = Buffer.alloc((((message.length + 8) >>> 6) + 1) << 6);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8);
  return padded;
}
