import assert from 'node:assert/strict';
import { EwsError } from '../../../dist/src/protocol/ews-error.js';
import { AV, readAvPairs, writeAvPairs } from '../../../dist/src/transport/ntlm/av-pairs.js';
import { readChallenge, writeNegotiate } from '../../../dist/src/transport/ntlm/messages.js';
import { answerChallenge, type Target } from '../../../dist/src/transport/ntlm/proof.js';
import { parseAuthenticate, proves } from '../../support/ntlm-server.js';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

// [MS-NLMP] 4.2.1 and 4.2.4: the names, the nonces and the messages of the NTLMv2 example.
const IDENTITY = { domain: 'Domain', user: 'User', password: 'Password', workstation: 'COMPUTER' };
const NONCES = { clientChallenge: hex('aa'.repeat(8)), sessionKey: hex('55'.repeat(16)), time: Buffer.alloc(8) };
const CHALLENGE = hex(`
  4e544c4d53535000 02000000 0c000c00 38000000 33828ae2 0123456789abcdef 0000000000000000 24002400 44000000
  060070170000000f 530065007200760065007200
  02000c00 44006f006d00610069006e00 01000c00 530065007200760065007200 00000000`);
const AUTHENTICATE = hex(`
  4e544c4d53535000 03000000 18001800 6c000000 54005400 84000000 0c000c00 48000000 08000800 54000000
  10001000 5c000000 10001000 d8000000 358288e2 05012 80a0000000f
  44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200
  86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa
  68cd0ab851e51c96aabc927bebef6a1c 01010000 00000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
  02000c00 44006f006d00610069006e00 01000c00 530065007200760065007200 00000000 00000000
  c5dad2544fc9799094ce1ce90bc9d03e`);

/** A challenge as Windows sends it: with the time, and with what an attacker may have put there. */
function modernChallenge(): Buffer {
  const info = writeAvPairs([
    { id: 2, value: Buffer.from('CORP', 'utf16le') },
    { id: AV.Timestamp, value: hex('00c0 5c1f 6b4d dc01') },
    { id: AV.ChannelBindings, value: Buffer.alloc(16, 7) },
  ]);
  const head = Buffer.from(CHALLENGE.subarray(0, 56));
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56, 44);
  return Buffer.concat([head, info]);
}

describe('the third message of NTLM', () => {
  const negotiate = writeNegotiate();
  const answer = (challenge: Buffer, target: Target = {}, identity = IDENTITY) =>
    answerChallenge(negotiate, challenge, identity, target, NONCES);

  it('is byte for byte what [MS-NLMP] 4.2.4.3 has', () => {
    assert.equal(answer(CHALLENGE).toString('hex'), AUTHENTICATE.toString('hex'));
  });

  it('has a MIC, and no LMv2 response, where the server tells its time', () => {
    const challenge = modernChallenge();
    const message = parseAuthenticate(answer(challenge));
    assert.ok(message.lmResponse.equals(Buffer.alloc(24)));
    assert.equal(message.attribute(AV.Timestamp)?.toString('hex'), '00c05c1f6b4ddc01');
    assert.equal(message.attribute(AV.Flags)?.readUInt32LE(), 2);
    assert.ok(proves(message, { negotiate, challenge, ...IDENTITY }));
    challenge[60] = 0xff;
    assert.ok(!proves(message, { negotiate, challenge, ...IDENTITY }));
  });

  it('brings channel bindings, in place of any that came with the challenge, and the service it is for', () => {
    const channelBindings = Buffer.alloc(16, 3);
    const message = parseAuthenticate(answer(modernChallenge(), { name: 'HTTP/mail.example.com', channelBindings }));
    assert.deepEqual(message.attributes(AV.ChannelBindings), [channelBindings]);
    assert.equal(message.attribute(AV.TargetName)?.toString('utf16le'), 'HTTP/mail.example.com');
  });

  it('brings none where there is no channel: a pair of zeros would be refused', () => {
    for (const challenge of [CHALLENGE, modernChallenge()]) {
      assert.deepEqual(parseAuthenticate(answer(challenge)).attributes(AV.ChannelBindings), []);
    }
  });

  it('takes names and passwords in all scripts', () => {
    const challenge = modernChallenge();
    for (const identity of [
      { ...IDENTITY, domain: 'ΕΤΑΙΡΕΊΑ', user: 'Жанна', password: 'Пароль-😀' },
      { ...IDENTITY, domain: '', user: 'straße@example.com', password: '' },
    ]) {
      const message = parseAuthenticate(answer(challenge, {}, identity));
      assert.equal(message.user, identity.user);
      assert.equal(message.domain, identity.domain);
      assert.ok(proves(message, { negotiate, challenge, ...identity }));
      assert.ok(!proves(message, { negotiate, challenge, ...identity, password: 'other' }));
    }
  });
});

describe('an NTLM challenge', () => {
  const refused = (message: Buffer) =>
    assert.throws(
      () => answerChallenge(writeNegotiate(), message, IDENTITY, {}, NONCES),
      (error) => error instanceof EwsError && error.code === 'EWS_MALFORMED',
    );

  it('is read', () => {
    const { serverChallenge, targetInfo } = readChallenge(CHALLENGE);
    assert.equal(serverChallenge.toString('hex'), '0123456789abcdef');
    assert.deepEqual(
      readAvPairs(targetInfo).map(({ id, value }) => [id, value.toString('utf16le')]),
      [
        [2, 'Domain'],
        [1, 'Server'],
      ],
    );
  });

  it('that is cut off anywhere, or points beyond its end, is refused and never read past', () => {
    for (let length = 0; length < CHALLENGE.length; length += 1) refused(CHALLENGE.subarray(0, length));
    const beyond = Buffer.from(CHALLENGE);
    beyond.writeUInt32LE(0xfffffff0, 44);
    refused(beyond);
    const long = Buffer.from(CHALLENGE);
    long.writeUInt16LE(0xffff, 68 + 2);
    refused(long);
  });

  it('that is another kind of message, or wants no Unicode, is refused', () => {
    refused(AUTHENTICATE);
    const oem = Buffer.from(CHALLENGE);
    oem.writeUInt32LE(0xe28a8232, 20);
    refused(oem);
  });
});
