import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { CAR_BACK_OFF, afterFailure } from '../broker/back-off.js';

const { firstMs, mostMs, stableMs } = CAR_BACK_OFF;

describe('back-off', () => {
  it('draws from all of a window that doubles with each failure, up to half a minute', () => {
    const windows = [0, 1, 2, 3, 4, 1_000].map(
      (failures) => afterFailure(CAR_BACK_OFF, failures, undefined, 1).waitMs,
    );
    expect(windows).toEqual([5_000, 10_000, 20_000, 30_000, 30_000, 30_000]);
    expect(windows[0]).toBe(firstMs);
    expect(windows.at(-1)).toBe(mostMs);
    expect(afterFailure(CAR_BACK_OFF, 3, undefined, 0).waitMs).toBe(0);
    expect(afterFailure(CAR_BACK_OFF, 2, undefined, 0.25).waitMs).toBe(5_000);
  });

  it('begins anew after a connection that held, and goes on after one that did not', () => {
    expect(afterFailure(CAR_BACK_OFF, 4, stableMs, 1)).toEqual({ waitMs: 5_000, failures: 1 });
    expect(afterFailure(CAR_BACK_OFF, 4, stableMs - 1, 1)).toEqual({ waitMs: 30_000, failures: 5 });
    expect(afterFailure(CAR_BACK_OFF, 4, undefined, 1)).toEqual({ waitMs: 30_000, failures: 5 });
  });
});

/** When each of 1,000 cars that lost their broker at 0 tries, and when it is back, in milliseconds; the broker is there at `backAt`. */
const herd = (backAt: number): { readonly tries: number[]; readonly back: number[] } => {
  const random = seededRandom('a herd of cars');
  const fraction = (): number => new DataView(random(4).buffer).getUint32(0) / 2 ** 32;
  const tries: number[] = [];
  const back = Array.from({ length: 1_000 }, () => {
    let at = 0;
    let next = afterFailure(CAR_BACK_OFF, 0, 3_600_000, fraction());
    for (;;) {
      at += next.waitMs;
      tries.push(at);
      if (at >= backAt) return at;
      next = afterFailure(CAR_BACK_OFF, next.failures, undefined, fraction());
    }
  });
  return { tries, back: back.sort((a, b) => a - b) };
};

const mostInASecond = (times: readonly number[]): number => {
  const counts = new Map<number, number>();
  for (const time of times) {
    const second = Math.floor(time / 1000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(...counts.values());
};

describe('1,000 cars whose broker is away', () => {
  it.each([
    // For how long; how many a second come at most; when half of them, and all of them, are back after it.
    { away: 100, most: 220, half: 2_600, all: 9_100 },
    { away: 3_000, most: 270, half: 2_000, all: 30_000 },
    { away: 10_000, most: 320, half: 7_000, all: 30_000 },
    { away: 60_000, most: 320, half: 15_000, all: 30_000 },
    { away: 600_000, most: 320, half: 15_000, all: 30_000 },
  ])('for $away ms come one by one, and soon', ({ away, most, half, all }) => {
    const { tries, back } = herd(away);
    expect(mostInASecond(tries)).toBeLessThan(most);
    expect((back[500] ?? 0) - away).toBeLessThan(half);
    expect((back.at(-1) ?? 0) - away).toBeLessThan(all);
  });
});
