import { describe, expect, it } from '@jest/globals';
import {
  isDatedAhead,
  later,
  reaches,
  settled,
  upToNow,
} from '../../../../firmware-sim/rights/limit.js';
import { LATEST, NOW } from './cast.js';

describe('a limit', () => {
  it('reaches what is dated at or before it; while the time is lost, everything', () => {
    expect(reaches({ until: 7 }, 7)).toBe(true);
    expect(reaches({ until: 7 }, 8)).toBe(false);
    expect(reaches({ until: 7, pending: 0 }, LATEST)).toBe(true);
  });

  it('of now is five minutes ahead of the clock, at least and at most as asked', () => {
    expect(upToNow(NOW)).toEqual({ until: NOW + 300 });
    expect(upToNow(NOW, NOW + 301)).toEqual({ until: NOW + 301 });
    expect(upToNow(NOW, 5, NOW + 299)).toEqual({ until: NOW + 299 });
    expect(upToNow(NOW, 5, 4)).toEqual({ until: 5 });
    expect(upToNow(LATEST - 10)).toEqual({ until: LATEST });
  });

  it('of now waits for the clock where the time is lost', () => {
    expect(upToNow(undefined)).toEqual({ until: 0, pending: LATEST });
    expect(upToNow(undefined, 5, 9)).toEqual({ until: 5, pending: 9 });
  });

  it('that waited is set once the time is known, and no other', () => {
    expect(settled({ until: 5, pending: LATEST }, NOW)).toEqual({ until: NOW + 300 });
    expect(settled({ until: 5, pending: 9 }, NOW)).toEqual({ until: 9 });
    expect(settled({ until: NOW + 900, pending: LATEST }, NOW)).toEqual({ until: NOW + 900 });
    expect(settled({ until: 5 }, NOW)).toEqual({ until: 5 });
  });

  it('is the later of two; where one waits, both do', () => {
    expect(later({ until: 5 }, { until: 6 })).toEqual({ until: 6 });
    expect(later({ until: 6 }, { until: 5 })).toEqual({ until: 6 });
    expect(later({ until: 6, pending: 3 }, { until: 5 })).toEqual({ until: 6, pending: 3 });
    expect(later({ until: 5 }, { until: 6, pending: 3 })).toEqual({ until: 6, pending: 3 });
    expect(later({ until: 5, pending: 4 }, { until: 6, pending: 3 })).toEqual({
      until: 6,
      pending: 4,
    });
  });
});

it('a date is ahead when it is more than five minutes after a clock that is known', () => {
  expect(isDatedAhead(NOW, NOW + 300)).toBe(false);
  expect(isDatedAhead(NOW, NOW + 301)).toBe(true);
  expect(isDatedAhead(undefined, LATEST)).toBe(false);
});
