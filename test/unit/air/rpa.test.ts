import { describe, expect, it } from '@jest/globals';
import { ah, generateRpa, isResolvable, resolves } from '../../../air/controller/privacy/rpa.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';

/** From the order of the specification's samples to that of HCI. */
const reversed = (hex: string): Buffer => Buffer.from(hex, 'hex').reverse();

/** Core Specification, Vol 3 Part H, Appendix D.7. */
const IRK = reversed('ec0234a357c8ad05341010a60a397d9b');
const PRAND = '708194';
const HASH = '0dfbaa';

describe('resolvable private addresses', () => {
  it('have the hash of the published sample', () => {
    expect(ah(IRK, reversed(PRAND))).toEqual(reversed(HASH));
  });

  it('resolve with the key they were made with, and with no other', () => {
    const address = { type: 'random', bytes: reversed(PRAND + HASH) } as const;
    expect(resolves(IRK, address)).toBe(true);
    expect(resolves(Buffer.alloc(16, 1), address)).toBe(false);
    expect(resolves(IRK, { ...address, type: 'public' })).toBe(false);
    expect(resolves(IRK, { ...address, bytes: reversed(`7081940dfbab`) })).toBe(false);
  });

  it('are told by their two most significant bits', () => {
    for (const [most, expected] of [
      ['00', false],
      ['3f', false],
      ['40', true],
      ['7f', true],
      ['80', false],
      ['c0', false],
    ] as const) {
      expect(isResolvable({ type: 'random', bytes: reversed(`${most}0102030405`) })).toBe(expected);
    }
  });

  it('are generated with random parts that are neither all zeros nor all ones', () => {
    const draws = ['000000', 'ffff3f', '0000c0', 'ffffff', '9481b0'].map((hex) =>
      Buffer.from(hex, 'hex'),
    );
    const address = generateRpa(IRK, () => draws.shift()!);
    expect(address.bytes).toEqual(reversed(PRAND + HASH));
    expect(draws).toEqual([]);
  });

  it('are generated so that they resolve', () => {
    const random = seededRandom('rpa');
    for (let i = 0; i < 100; i++) expect(resolves(IRK, generateRpa(IRK, random))).toBe(true);
  });
});
