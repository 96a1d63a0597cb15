import { describe, expect, it, jest } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import { load, NEWEST, old, twoGenerations } from './generations.js';

jest.setTimeout(60_000);

describe('FileMemory with a file that is damaged anywhere', () => {
  it('falls back to the last good one at any flipped bit of the newest', async () => {
    const image = await twoGenerations();
    const good = image.get(NEWEST) ?? new Uint8Array(0);
    expect(good.length).toBeGreaterThan(500);
    for (let at = 0; at < good.length; at++) {
      const bad = flip(good, 8 * at + (at % 8));
      expect(await load(new Map(image).set(NEWEST, bad))).toEqual(old);
    }
  });

  it('falls back at any truncation, at added bytes, and at too many of them', async () => {
    const image = await twoGenerations();
    const good = image.get(NEWEST) ?? new Uint8Array(0);
    const damaged = [
      ...Array.from({ length: good.length }, (_, length) => good.slice(0, length)),
      Uint8Array.from([...good, 10]),
      new Uint8Array(1 << 20).fill(32),
    ];
    for (const bad of damaged) {
      const warnings: string[] = [];
      expect(await load(new Map(image).set(NEWEST, bad), warnings)).toEqual(old);
      expect(warnings).toHaveLength(1);
    }
  });
});
