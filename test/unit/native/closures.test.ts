import { describe, expect, it } from '@jest/globals';
import { CLOSURES } from '../../../lib/domain/closures.js';
import { closureMask, closuresIn } from '../../../lib/native/numbers.js';

describe('the mask of open closures', () => {
  it('has a bit for each, in the order of the schema', () => {
    const [frontLeft, , , , trunk, frunk] = CLOSURES;
    expect(closureMask([])).toBe(0);
    expect(closureMask([frontLeft])).toBe(1);
    expect(closureMask([trunk])).toBe(16);
    expect(closureMask([frunk, frontLeft])).toBe(33);
    expect(closureMask(CLOSURES)).toBe(63);
  });

  it('comes back as it was, without bits that nothing has', () => {
    for (let mask = 0; mask < 64; mask++) expect(closureMask(closuresIn(mask))).toBe(mask);
    expect(closuresIn(0)).toEqual([]);
    expect(closuresIn(0x3f)).toEqual([...CLOSURES]);
    expect(closuresIn(0xc1)).toEqual(['front-left']);
  });
});
