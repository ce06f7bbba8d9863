import assert from 'node:assert/strict';
import { md4 } from '../../../dist/src/transport/ntlm/md4.js';
import { rc4 } from '../../../dist/src/transport/ntlm/rc4.js';

describe('MD4', () => {
  // RFC 1320, A.5
  const digits = '12345678901234567890123456789012345678901234567890123456789012345678901234567890';
  for (const [text, digest] of [
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    [digits, 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ] as const) {
    it(`of ${text.length} bytes is what RFC 1320 has`, () => {
      assert.equal(md4(Buffer.from(text, 'latin1')).toString('hex'), digest);
    });
  }
});

describe('RC4', () => {
  // RFC 6229, 2: the key stream at its beginning, and further on.
  const keyStream = (key: string, at: number) =>
    rc4(Buffer.from(key, 'hex'), Buffer.alloc(at + 16))
      .subarray(at)
      .toString('hex');
  for (const [key, at, expected] of [
    ['0102030405', 0, 'b2396305f03dc027ccc3524a0a1118a8'],
    ['0102030405', 16, '6982944f18fc82d589c403a47a0d0919'],
    ['0102030405', 240, '28cb1132c96ce286421dcaadb8b69eae'],
    ['0102030405060708090a0b0c0d0e0f10', 0, '9ac7cc9a609d1ef7b2932899cde41b97'],
    ['0102030405060708090a0b0c0d0e0f10', 16, '5248c4959014126a6e8a84f11d1a9e1c'],
  ] as const) {
    it(`with the key ${key} is at ${at} what RFC 6229 has`, () => {
      assert.equal(keyStream(key, at), expected);
    });
  }
});
