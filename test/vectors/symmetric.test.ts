import { describe, expect, it } from '@jest/globals';
import { toHex, utf8 } from '../../lib/platform/bytes.js';
import { fromHex, suites } from './support.js';

const range = (from: number, to: number): Uint8Array =>
  Uint8Array.from({ length: to - from }, (_, i) => from + i);

// RFC 4231 section 4, HMAC-SHA-512. Case 5 is truncated to 128 bits.
const HMAC = [
  {
    key: new Uint8Array(20).fill(0x0b),
    data: utf8('Hi There'),
    tag: `87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde
    daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854`,
  },
  {
    key: utf8('Jefe'),
    data: utf8('what do ya want for nothing?'),
    tag: `164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554
    9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737`,
  },
  {
    key: new Uint8Array(20).fill(0xaa),
    data: new Uint8Array(50).fill(0xdd),
    tag: `fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39
    bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb`,
  },
  {
    key: range(1, 26),
    data: new Uint8Array(50).fill(0xcd),
    tag: `b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db
    a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd`,
  },
  {
    key: new Uint8Array(20).fill(0x0c),
    data: utf8('Test With Truncation'),
    tag: '415fad6271580a531d4179bc891d87a6',
  },
  {
    key: new Uint8Array(131).fill(0xaa),
    data: utf8('Test Using Larger Than Block-Size Key - Hash Key First'),
    tag: `80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352
    6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598`,
  },
  {
    key: new Uint8Array(131).fill(0xaa),
    data: utf8(
      'This is a test using a larger than block-size key and a larger than block-size data. ' +
        'The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    tag: `e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944
    b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58`,
  },
];

// The inputs of RFC 5869 appendix A.1 to A.3 with SHA-512, for which the RFC has no outputs: these
// are in the tests of several libraries (Zig's standard library, orion) and came out of Python's hmac.
const HKDF = [
  {
    ikm: new Uint8Array(22).fill(0x0b),
    salt: range(0, 13),
    info: range(0xf0, 0xfa),
    okm: `832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c14815793
    38da362cb8d9f925d7cb`,
  },
  {
    ikm: range(0, 0x50),
    salt: range(0x60, 0xb0),
    info: range(0xb0, 0x100),
    okm: `ce6c97192805b346e6161e821ed165673b84f400a2b514b2fe23d84cd189ddf1
    b695b48cbd1c8388441137b3ce28f16aa64ba33ba466b24df6cfcb021ecff235
    f6a2056ce3af1de44d572097a8505d9e7a93`,
  },
  {
    ikm: new Uint8Array(22).fill(0x0b),
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    okm: `f5fa02b18298a72a8c23898a8703472c6eb179dc204c03425c970e3b164bf90f
    ff22d04836d0e2343bac`,
  },
];

/** Without the last vector of the RFC, which takes 1 GiB. */
const SCRYPT: [string, string, number, number, number, string][] = [
  [
    ...(['', '', 16, 1, 1] as const),
    `77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442
    fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906`,
  ],
  [
    ...(['password', 'NaCl', 1024, 8, 16] as const),
    `fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162
    2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640`,
  ],
  [
    ...(['pleaseletmein', 'SodiumChloride', 16384, 8, 1] as const),
    `7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2
    d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887`,
  ],
];

describe.each(suites)('$name suite', (suite) => {
  it.each([
    [
      '',
      `cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce
      47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e`,
    ],
    [
      'abc',
      `ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
      2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f`,
    ],
    [
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn' +
        'hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      `8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018
      501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909`,
    ],
  ])('SHA-512 of "%s" (FIPS 180 examples)', (text, digest) => {
    expect(suite.sha512(utf8(text))).toEqual(fromHex(digest));
    expect(suite.sha512(utf8(text.slice(0, 5)), utf8(text.slice(5)))).toEqual(fromHex(digest));
  });

  it.each(HMAC)('HMAC-SHA-512, RFC 4231 case %#', ({ key, data, tag }) => {
    const expected = fromHex(tag);
    expect(suite.hmacSha512(key, data).slice(0, expected.length)).toEqual(expected);
  });

  it.each(HKDF)('HKDF-SHA-512, RFC 5869 case %#', ({ ikm, salt, info, okm }) => {
    const expected = fromHex(okm);
    expect(suite.hkdfSha512(ikm, salt, info, expected.length)).toEqual(expected);
  });

  it.each(SCRYPT)('scrypt of "%s", RFC 7914 section 12', (password, salt, N, r, p, output) => {
    const expected = fromHex(output);
    const length = expected.length;
    expect(suite.scrypt(utf8(password), utf8(salt), { N, r, p }, length)).toEqual(expected);
  });

  it('ChaCha20-Poly1305, RFC 8439 section 2.8.2', () => {
    const key = range(0x80, 0xa0);
    const nonce = fromHex('070000004041424344454647');
    const aad = fromHex('50515253c0c1c2c3c4c5c6c7');
    const plaintext = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
        'sunscreen would be it.',
    );
    const sealed =
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6' +
      '3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36' +
      '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc' +
      '3ff4def08e4b7a9de576d26586cec64b6116' +
      '1ae10b594f09e26a7e902ecbd0600691';
    expect(toHex(suite.seal(key, nonce, aad, plaintext))).toBe(sealed);
    expect(suite.open(key, nonce, aad, fromHex(sealed))).toEqual(plaintext);
    const altered = fromHex(sealed);
    altered[0] = 0;
    expect(suite.open(key, nonce, aad, altered)).toBeUndefined();
  });
});
