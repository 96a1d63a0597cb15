import { describe, expect, it } from '@jest/globals';
import { Crowd } from '../../../bench/crowd.js';

const TOWN = { corner: { x: 0, y: 0 }, side: 60 };

/** Five cars and thirty phones, close together, for two minutes: what happened to whom, and when. */
const evening = async (seed: string) => {
  const trace: string[] = [];
  const crowd: Crowd = new Crowd(seed, (what, who) => {
    trace.push(`${String(crowd.clock.now())} ${what} ${who}`);
  });
  for (let i = 0; i < 5; i++) await crowd.addCar(TOWN);
  for (let i = 0; i < 30; i++) crowd.addPhone(TOWN);
  await crowd.clock.advance(120_000);
  crowd.stop();
  return { trace, counts: crowd.counts };
};

describe('a crowd of cars and phones on simulated time', () => {
  it('meets, and every phone that connects gets its answer or a clear end', async () => {
    const { counts } = await evening('meets');
    expect(counts.heard).toBeGreaterThan(1000);
    expect(counts.connections).toBeGreaterThan(20);
    expect(counts.messages).toBeGreaterThanOrEqual(2 * counts.connections);
    expect(counts.failures).toBeLessThan(counts.connections / 4);
  });

  it('does the same with the same seed, event by event, and something else with another', async () => {
    const first = await evening('one');
    expect(await evening('one')).toEqual(first);
    expect((await evening('two')).trace).not.toEqual(first.trace);
  });
});
