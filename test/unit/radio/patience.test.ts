import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { Patience } from '../../../lib/radio/patience.js';

const start = () => {
  const clock = new SimClock();
  return { clock, patience: new Patience(clock) };
};

describe('patience', () => {
  it('is 10 s, and halves with everybody who used 2.5 s, down to 2.5 s', () => {
    const { patience } = start();
    const seen = [patience.ms];
    for (const waited of [10_000, 2_500, 60_000, 2_500]) {
      patience.waited(waited);
      seen.push(patience.ms);
    }
    expect(seen).toEqual([10_000, 5_000, 2_500, 2_500, 2_500]);
  });

  it('is not lost with an honest phone, which takes less', () => {
    const { patience } = start();
    for (let phone = 0; phone < 100; phone++) patience.waited(2_499);
    expect(patience.ms).toBe(10_000);
  });

  it('comes back twofold in every 30 s without a loss, and a loss in between starts anew', async () => {
    const { clock, patience } = start();
    await clock.advance(3_600_000);
    patience.waited(10_000);
    patience.waited(5_000);
    await clock.advance(29_999);
    expect(patience.ms).toBe(2_500);
    await clock.advance(1);
    expect(patience.ms).toBe(5_000);
    patience.waited(2_500);
    await clock.advance(29_999);
    expect(patience.ms).toBe(2_500);
    await clock.advance(30_001);
    expect(patience.ms).toBe(10_000);
    await clock.advance(3_600_000);
    expect(patience.ms).toBe(10_000);
  });
});
