import { EwsError } from '../../protocol/ews-error.js';

/** The kinds of attribute that are looked at or added ([MS-NLMP] 2.2.2.1). */
export const AV = {
  EOL: 0,
  Flags: 6,
  Timestamp: 7,
  TargetName: 9,
  ChannelBindings: 10,
} as const;

/** In the Flags attribute: the message that holds it has a MIC. */
export const AV_FLAG_MIC = 2;

export interface AvPair {
  readonly id: number;
  readonly value: Buffer;
}

/** The attributes of a target, without the one that ends the list. Throws `EWS_MALFORMED`. */
export function readAvPairs(bytes: Buffer): AvPair[] {
  const pairs: AvPair[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (id === AV.EOL) return pairs;
    if (at + 4 + length > bytes.length) break;
    pairs.push({ id, value: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  if (bytes.length === 0) return pairs;
  throw new EwsError('EWS_MALFORMED', 'The NTLM challenge of the server holds a target that cannot be read.');
}

export function writeAvPairs(pairs: readonly AvPair[]): Buffer {
  const parts = [...pairs, { id: AV.EOL, value: Buffer.alloc(0) }].map(({ id, value }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(parts);
}
