import { describe, expect, it } from '@jest/globals';
import { AWAY_MS, SHORT_MS, TURN_MS, TURNED_AWAY_MS, Turns } from '../../../lib/car/turns.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';

const start = () => {
  const clock = new SimClock();
  const turns = new Turns(clock);
  const session = async (who: string, ms: number): Promise<void> => {
    turns.begin(who);
    await clock.advance(ms);
    turns.end(who, ms);
  };
  return { clock, turns, session };
};

describe('the turn of a key', () => {
  it('is 30 s, in one session or in several', async () => {
    const { clock, turns, session } = start();
    expect(turns.leftMs('guest')).toBe(30_000);
    await session('guest', 12_000);
    await clock.advance(AWAY_MS - 1);
    expect(turns.leftMs('guest')).toBe(18_000);
    await session('guest', 18_000);
    expect([turns.leftMs('guest'), turns.leftMs('owner')]).toEqual([0, TURN_MS]);
  });

  it('begins anew after 5 s away, also when it was used up', async () => {
    const { clock, turns, session } = start();
    for (const used of [20_000, TURN_MS]) {
      await session('guest', used);
      await clock.advance(AWAY_MS);
      expect(turns.leftMs('guest')).toBe(TURN_MS);
    }
  });

  it('is over for 30 s for who comes again and again', async () => {
    const { clock, turns, session } = start();
    await session('guest', TURN_MS);
    for (let ms = 0; ms < TURNED_AWAY_MS; ms += 1_000) {
      expect(turns.leftMs('guest')).toBe(0);
      turns.end('guest', 0);
      await clock.advance(1_000);
    }
    expect(turns.leftMs('guest')).toBe(TURN_MS);
  });

  it('does not go on while the key has a link, however long', async () => {
    const { clock, turns, session } = start();
    await session('guest', 10_000);
    turns.begin('guest');
    await clock.advance(20_000);
    expect(turns.leftMs('guest')).toBe(20_000);
    turns.end('guest', 20_000);
    expect(turns.leftMs('guest')).toBe(0);
  });

  it('is not used up by short sessions, and has no short rest', async () => {
    const { clock, turns, session } = start();
    for (let unlock = 0; unlock < 1_000; unlock++) {
      await session('owner', SHORT_MS - 1);
      await clock.advance(100);
    }
    expect(turns.leftMs('owner')).toBe(TURN_MS);
    await session('owner', TURN_MS - SHORT_MS + 1);
    expect(turns.leftMs('owner')).toBe(0);
  });

  it('is remembered of 64, those that were here last', async () => {
    const { turns, session } = start();
    await session('first', 20_000);
    for (let key = 0; key < 64; key++) turns.end(String(key), 20_000);
    expect(['first', '0', '63'].map((who) => turns.leftMs(who))).toEqual([TURN_MS, 10_000, 10_000]);
  });
});
