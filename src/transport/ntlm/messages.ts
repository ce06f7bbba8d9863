import { EwsError } from '../../protocol/ews-error.js';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');

/** What is negotiated ([MS-NLMP] 2.2.2.5). */
export const FLAG = {
  UNICODE: 0x1,
  REQUEST_TARGET: 0x4,
  SIGN: 0x10,
  SEAL: 0x20,
  NTLM: 0x200,
  ALWAYS_SIGN: 0x8000,
  EXTENDED_SESSION_SECURITY: 0x8_0000,
  TARGET_INFO: 0x80_0000,
  VERSION: 0x200_0000,
  KEY_128: 0x2000_0000,
  KEY_EXCHANGE: 0x4000_0000,
  KEY_56: 0x8000_0000,
} as const;

/** Everything above: what Windows clients ask for, too. */
export const CLIENT_FLAGS = Object.values(FLAG).reduce((flags, flag) => flags + flag, 0);

/** Of no meaning but for those who debug; the value of the examples in [MS-NLMP] 4.2. */
const VERSION = Buffer.from('0501280a0000000f', 'hex');

/** The first message: what the client can do ([MS-NLMP] 2.2.1.1). It names nobody. */
export function writeNegotiate(): Buffer {
  const message = Buffer.alloc(40);
  SIGNATURE.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(CLIENT_FLAGS, 12);
  // The domain and the workstation are empty and lie at the end.
  message.writeUInt32LE(message.length, 20);
  message.writeUInt32LE(message.length, 28);
  VERSION.copy(message, 32);
  return message;
}

export interface Challenge {
  readonly flags: number;
  /** 8 bytes. */
  readonly serverChallenge: Buffer;
  /** Attributes of the server, to be read with `readAvPairs`. */
  readonly targetInfo: Buffer;
}

/** The second message, the server's ([MS-NLMP] 2.2.1.2). Throws `EWS_MALFORMED`. */
export function readChallenge(message: Buffer): Challenge {
  const isChallenge = message.length >= 48 && message.subarray(0, 8).equals(SIGNATURE) && message.readUInt32LE(8) === 2;
  if (!isChallenge) throw malformed('is none');
  const flags = message.readUInt32LE(20);
  if ((flags & FLAG.UNICODE) === 0) throw malformed('does not take names in Unicode');
  const length = message.readUInt16LE(40);
  const offset = message.readUInt32LE(44);
  if (length > 0 && offset + length > message.length) throw malformed('is cut off');
  const targetInfo = length === 0 ? Buffer.alloc(0) : message.subarray(offset, offset + length);
  return { flags, serverChallenge: message.subarray(24, 32), targetInfo };
}

export interface Authenticate {
  readonly flags: number;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  /** Empty where no key is exchanged. */
  readonly encryptedSessionKey: Buffer;
  /** Whether there is room for a MIC, to be filled in with {@link putMic}. */
  readonly hasMic: boolean;
}

/** Where the MIC stands. */
const MIC_AT = 72;
const MIC_LENGTH = 16;

/** The third message: the proof ([MS-NLMP] 2.2.1.3). */
export function writeAuthenticate(message: Authenticate): Buffer {
  const head = Buffer.alloc(MIC_AT + (message.hasMic ? MIC_LENGTH : 0));
  SIGNATURE.copy(head);
  head.writeUInt32LE(3, 8);
  head.writeUInt32LE(message.flags, 60);
  VERSION.copy(head, 64);
  const payload: Buffer[] = [];
  let offset = head.length;
  const put = (value: Buffer, at: number) => {
    if (value.length > 0xffff) throw new EwsError('EWS_CONFIGURATION', 'The user name is too long for NTLM.');
    head.writeUInt16LE(value.length, at);
    head.writeUInt16LE(value.length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    payload.push(value);
    offset += value.length;
  };
  put(utf16(message.domain), 28);
  put(utf16(message.user), 36);
  put(utf16(message.workstation), 44);
  put(message.lmResponse, 12);
  put(message.ntResponse, 20);
  put(message.encryptedSessionKey, 52);
  return Buffer.concat([head, ...payload]);
}

/** Puts the message integrity code (16 bytes) into the third message. */
export function putMic(authenticate: Buffer, mic: Buffer): void {
  mic.copy(authenticate, MIC_AT);
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

function malformed(how: string): EwsError {
  return new EwsError('EWS_MALFORMED', `What the server answered as an NTLM challenge ${how}.`);
}
