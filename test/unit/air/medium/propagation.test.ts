import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { positionAt, standing, walking } from '../../../../air/medium/motion.js';
import { DEFAULT_PATH_LOSS, rangeOf, receivedPower } from '../../../../air/medium/path-loss.js';
import { packetErrorRate } from '../../../../air/medium/reception.js';
import { shadowing } from '../../../../air/medium/shadowing.js';

describe('packet error rate', () => {
  it('at the sensitivity is that of a bit error rate of 0.1 %: 30.8 % of packets of 37 bytes payload', () => {
    // Vol 6 Part A 4.1 and Part F 4.1.1: the tests of receivers allow 30.8 %.
    expect(packetErrorRate(0, 46)).toBeCloseTo(1 - 0.999 ** (46 * 8), 10);
    expect(packetErrorRate(0, 46)).toBeCloseTo(0.308, 2);
  });

  it('falls with the signal and grows with the length', () => {
    const margin = fc.double({ min: -10, max: 20, noNaN: true });
    fc.assert(
      fc.property(margin, fc.integer({ min: 10, max: 260 }), (dB, bytes) => {
        const rate = packetErrorRate(dB, bytes);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
        expect(packetErrorRate(dB + 1, bytes)).toBeLessThanOrEqual(rate);
        expect(packetErrorRate(dB, bytes + 1)).toBeGreaterThanOrEqual(rate);
      }),
    );
  });

  it('leaves nothing 4 dB below, and next to nothing to lose 4 dB above', () => {
    expect(packetErrorRate(-4, 10)).toBeGreaterThan(0.9);
    expect(packetErrorRate(4, 265)).toBeLessThan(1e-3);
  });
});

describe('range', () => {
  it('is where the loss is reached', () => {
    for (const loss of [60, 80, 95]) {
      const metres = rangeOf(DEFAULT_PATH_LOSS, loss);
      expect(receivedPower(DEFAULT_PATH_LOSS, 0, metres)).toBeCloseTo(-loss, 9);
    }
  });

  it('has no end where distance does not matter', () => {
    expect(rangeOf({ lossAtOneMetre: 40, exponent: 0 }, 90)).toBe(Infinity);
  });
});

describe('shadowing', () => {
  const model = { sigma: 4, correlation: 5 };
  const at = (id: number, x: number, y = 0) => ({ id, position: { x, y } });

  it('is the same in both directions, for the same seed, and nothing without sigma', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: -1e3, max: 1e3, noNaN: true }), (seed, x) => {
        const there = shadowing(model, seed, at(1, x), at(2, 3));
        expect(shadowing(model, seed, at(2, 3), at(1, x))).toBe(there);
        expect(Math.abs(there)).toBeLessThanOrEqual(12);
        expect(shadowing({ ...model, sigma: 0 }, seed, at(1, x), at(2, 3))).toBe(0);
      }),
    );
  });

  it('has mean 0 and the deviation that was asked for, over pairs, places and seeds', () => {
    const values = Array.from({ length: 20_000 }, (_, i) =>
      shadowing(model, i % 7, at(i % 50, i * 1.37, i * 0.71), at(60 + (i % 11), 0)),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(Math.sqrt(variance)).toBeGreaterThan(3.7);
    expect(Math.sqrt(variance)).toBeLessThan(4.3);
  });

  it('changes little with a small step', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => {
      const here = shadowing(model, 1, at(1, i * 0.1), at(2, 0));
      return Math.abs(here - shadowing(model, 1, at(1, i * 0.1 + 0.1), at(2, 0)));
    });
    expect(Math.max(...steps)).toBeLessThan(1.5);
  });
});

describe('motion', () => {
  it('goes from one place to the other at its speed, and stays there', () => {
    const walk = walking({ x: 0, y: 0 }, { x: 30, y: 40 }, 5, 1000);
    expect(walk.until).toBe(11_000);
    expect(positionAt(walk, 1000)).toEqual({ x: 0, y: 0 });
    expect(positionAt(walk, 6000)).toEqual({ x: 15, y: 20 });
    expect(positionAt(walk, 99_000)).toEqual({ x: 30, y: 40 });
    expect(positionAt(standing({ x: 7, y: 8 }, 5), 5)).toEqual({ x: 7, y: 8 });
  });
});
