import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { LEAST_PATIENCE_MS, Patience } from '../../../lib/radio/patience.js';
import type { Trial } from '../../../lib/radio/patience.js';

const start = () => {
  const clock = new SimClock();
  const patience = new Patience(clock);
  /** Somebody who stays for so long; his trial is over by then. */
  const stays = async (ms: number, peer?: string): Promise<Trial> => {
    const trial = patience.begin(peer);
    await clock.advance(ms);
    trial.over();
    return trial;
  };
  return { clock, patience, stays };
};

describe('patience', () => {
  it('is 6 s, and halves with everybody who used half a second, down to that', async () => {
    const { patience, stays } = start();
    const seen = [patience.ms];
    for (const ms of [6_000, 500, 20_000, 500, 500]) {
      await stays(ms);
      seen.push(patience.ms);
    }
    expect(seen).toEqual([6_000, 3_000, 1_500, 750, 500, 500]);
  });

  it('is not lost with who takes less, or has proved himself, however long that took', async () => {
    const { patience, stays } = start();
    for (let phone = 0; phone < 100; phone++) await stays(LEAST_PATIENCE_MS - 1);
    const phone = patience.begin();
    phone.proved();
    await stays(LEAST_PATIENCE_MS - 1);
    phone.over();
    expect(phone.leftMs).toBe(6_000);
    expect(patience.ms).toBe(6_000);
  });

  it('comes back twofold in every 30 s without a loss, and a loss in between starts anew', async () => {
    const { clock, patience, stays } = start();
    await clock.advance(3_600_000);
    for (const ms of [6_000, 3_000, 1_500, 750]) await stays(ms);
    await clock.advance(29_999);
    expect(patience.ms).toBe(500);
    await clock.advance(1);
    expect(patience.ms).toBe(1_000);
    await stays(1_000);
    await clock.advance(29_999);
    expect(patience.ms).toBe(500);
    await clock.advance(30_001);
    expect(patience.ms).toBe(2_000);
    await clock.advance(3_600_000);
    expect(patience.ms).toBe(6_000);
  });
});

describe('the trial of a connection', () => {
  it('has what was left of the patience when it began, and counts once', async () => {
    const { clock, patience, stays } = start();
    const trial = patience.begin();
    await stays(2_000);
    expect(trial.leftMs).toBe(4_000);
    await clock.advance(4_000);
    expect(trial.leftMs).toBe(0);
    trial.over();
    trial.over();
    expect(patience.ms).toBe(1_500);
  });

  it('is half as long under an address with which patience was lost, and counts all the same', async () => {
    const { clock, patience, stays } = start();
    for (const ms of [6_000, 1_500, 750, 500]) await stays(ms, 'a');
    expect([patience.begin('a').leftMs, patience.begin('b').leftMs]).toEqual([250, 500]);
    await clock.advance(20_000);
    await stays(250, 'a');
    await clock.advance(29_999);
    expect([patience.begin('a').leftMs, patience.begin('b').leftMs]).toEqual([250, 500]);
    await clock.advance(1);
    expect([patience.begin('a').leftMs, patience.begin('b').leftMs]).toEqual([1_000, 1_000]);
  });

  it('remembers the last 64 of such addresses', async () => {
    const { patience, stays } = start();
    for (let peer = 0; peer < 65; peer++) await stays(patience.ms, String(peer));
    expect([patience.begin('0').leftMs, patience.begin('64').leftMs]).toEqual([500, 250]);
  });
});
