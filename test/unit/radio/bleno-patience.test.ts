import { describe, expect, it } from '@jest/globals';
import { nativeProfile } from '../../../lib/native/profile.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import type { Link } from '../../../lib/radio/types.js';
import { FakeBleno } from './fake-bleno.js';

const started = async () => {
  const bleno = new FakeBleno();
  const clock = new SimClock();
  const peripheral = await openBlenoPeripheral({ load: bleno.load, clock });
  const links: Link[] = [];
  await peripheral.start([{ profile: nativeProfile, onLink: (link) => links.push(link) }]);
  return { bleno, clock, links };
};

describe('the patience of a car over bleno', () => {
  it.each<[string, (bleno: FakeBleno) => void]>([
    ['never subscribes', () => undefined],
    [
      'unsubscribes',
      (bleno) => {
        bleno.centralSubscribes();
        bleno.fromCar.onUnsubscribe?.();
      },
    ],
  ])('a phone that %s has to go after six seconds', async (_what, act) => {
    const { bleno, clock } = await started();
    bleno.centralComes();
    act(bleno);
    await clock.advance(5999);
    expect(bleno.connected).toBe(true);
    await clock.advance(1);
    expect(bleno.connected).toBe(false);
  });

  it('whoever comes after one that did not subscribe has half of his time, half a second at least', async () => {
    const { bleno, clock } = await started();
    const expected = [6_000, 3_000, 1_500, 750, 500, 500];
    // The last one is the first one again, and known.
    for (const [peer, ms] of [...expected, 250].entries()) {
      bleno.centralComes(`00:00:00:00:00:0${String(peer % expected.length)}`);
      await clock.advance(ms - 1);
      expect(bleno.connected).toBe(true);
      await clock.advance(1);
      expect(bleno.connected).toBe(false);
    }
  });

  it('who subscribes late has less time for the proof, and who unsubscribes not more', async () => {
    const { bleno, clock, links } = await started();
    bleno.centralComes();
    await clock.advance(4_000);
    bleno.centralSubscribes();
    expect(links[0]?.trial?.leftMs).toBe(2_000);
    await clock.advance(1_000);
    bleno.fromCar.onUnsubscribe?.();
    await clock.advance(999);
    expect(bleno.connected).toBe(true);
    await clock.advance(1);
    expect(bleno.connected).toBe(false);
  });
});
