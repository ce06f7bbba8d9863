import { createHmac } from 'node:crypto';
import { AV, AV_FLAG_MIC, readAvPairs, writeAvPairs, type AvPair } from './av-pairs.js';
import { md4 } from './md4.js';
import { CLIENT_FLAGS, FLAG, putMic, readChallenge, utf16, writeAuthenticate } from './messages.js';
import { rc4 } from './rc4.js';

export interface Identity {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** This machine's name, for the server's log and for accounts that may sign in from certain machines only. */
  readonly workstation: string;
}

/** What the proof is bound to, so that it is worth nothing elsewhere. */
export interface Target {
  /** The service that is meant, for example `HTTP/mail.example.com`. */
  readonly name?: string;
  /** The hash of the TLS channel (16 bytes); left out where there is no TLS: IIS refuses one of zeros. */
  readonly channelBindings?: Buffer | undefined;
}

/** What must differ each time. */
export interface Nonces {
  /** 8 random bytes. */
  readonly clientChallenge: Buffer;
  /** 16 random bytes. */
  readonly sessionKey: Buffer;
  /** 8 bytes: the time as Windows has it, used where the server does not tell its own. */
  readonly time: Buffer;
}

/**
 * The third message of NTLMv2 ([MS-NLMP] 3.1.5.1.2 and 3.3.2), with a MIC over all three wherever the server tells its
 * time, which every Windows does. Throws `EWS_MALFORMED` for a challenge that cannot be read.
 * @param negotiate the first message, as it was sent
 */
export function answerChallenge(
  negotiate: Buffer,
  challenge: Buffer,
  identity: Identity,
  target: Target,
  nonces: Nonces,
): Buffer {
  const { flags: offered, serverChallenge, targetInfo } = readChallenge(challenge);
  const pairs = readAvPairs(targetInfo);
  const serverTime = pairs.find(({ id }) => id === AV.Timestamp)?.value;
  const hasMic = serverTime !== undefined;

  const key = ntlmV2Key(identity);
  const temp = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    serverTime ?? nonces.time,
    nonces.clientChallenge,
    Buffer.alloc(4),
    writeAvPairs(boundTo(pairs, target, hasMic)),
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(key, serverChallenge, temp);
  const lmProof = hmacMd5(key, serverChallenge, nonces.clientChallenge);

  // The key of the session: for HTTP nothing is signed with it but the MIC.
  const baseKey = hmacMd5(key, proof);
  const flags = ((offered & CLIENT_FLAGS) | FLAG.REQUEST_TARGET) >>> 0;
  const exchanges = (flags & FLAG.KEY_EXCHANGE) !== 0 && (flags & (FLAG.SIGN | FLAG.SEAL)) !== 0;
  const authenticate = writeAuthenticate({
    ...identity,
    flags,
    lmResponse: hasMic ? Buffer.alloc(24) : Buffer.concat([lmProof, nonces.clientChallenge]),
    ntResponse: Buffer.concat([proof, temp]),
    encryptedSessionKey: exchanges ? rc4(baseKey, nonces.sessionKey) : Buffer.alloc(0),
    hasMic,
  });
  if (hasMic) {
    putMic(authenticate, hmacMd5(exchanges ? nonces.sessionKey : baseKey, negotiate, challenge, authenticate));
  }
  return authenticate;
}

/** The server's attributes, and those by which the proof is bound. */
function boundTo(pairs: readonly AvPair[], { name, channelBindings }: Target, hasMic: boolean): AvPair[] {
  const flags = Buffer.alloc(4);
  const old = pairs.find(({ id }) => id === AV.Flags)?.value;
  flags.writeUInt32LE(((old?.length === 4 ? old.readUInt32LE() : 0) | (hasMic ? AV_FLAG_MIC : 0)) >>> 0);
  const ours = [
    ...(hasMic ? [{ id: AV.Flags, value: flags }] : []),
    ...(name === undefined ? [] : [{ id: AV.TargetName, value: utf16(name) }]),
    ...(channelBindings ? [{ id: AV.ChannelBindings, value: channelBindings }] : []),
  ];
  // What binds is the client's alone to say, whatever came with the challenge.
  const replaced: readonly number[] = [AV.TargetName, AV.ChannelBindings, ...ours.map(({ id }) => id)];
  return [...pairs.filter(({ id }) => !replaced.includes(id)), ...ours];
}

/** NTOWFv2 ([MS-NLMP] 3.3.2). */
function ntlmV2Key({ domain, user, password }: Identity): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(upperCase(user) + domain));
}

/** As Windows has it: one character for one. What JavaScript makes two of (ß) stays as it is. */
function upperCase(text: string): string {
  return Array.from(text, (one) => (one.toUpperCase().length === one.length ? one.toUpperCase() : one)).join('');
}

function hmacMd5(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
