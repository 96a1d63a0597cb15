import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_PATH_LOSS, distance, receivedPower } from '../../../air/medium/path-loss.js';

const at = (metres: number): number => receivedPower(DEFAULT_PATH_LOSS, 0, metres);

describe('path loss', () => {
  it('is 59 dB at 1 m and 22 dB more for each factor of ten', () => {
    expect(at(1)).toBe(-59);
    expect(at(10)).toBeCloseTo(-81, 10);
    expect(at(100)).toBeCloseTo(-103, 10);
  });

  it('falls with the distance, and not below 10 cm', () => {
    const metres = fc.double({ min: 0.1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(metres, fc.double({ min: 1.001, max: 1000, noNaN: true }), (near, factor) => {
        expect(at(near * factor)).toBeLessThan(at(near));
      }),
    );
    expect(at(0)).toBe(at(0.1));
  });

  it('measures in the plane', () => {
    expect(distance({ x: 1, y: 1 }, { x: 4, y: -3 })).toBe(5);
  });
});
