import { describe, expect, it } from '@jest/globals';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeAdvertising } from '../../../lib/native/advertisement.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { FakeBleno } from './fake-bleno.js';
import { outcome } from './outcome.js';

describe('a peripheral over bleno', () => {
  it('takes turns where there are several sets, but not beside a phone', async () => {
    const [bleno, clock] = [new FakeBleno(), new SimClock()];
    const opened = outcome(openBlenoPeripheral({ load: bleno.load, clock }));
    await clock.advance(0);
    const peripheral = opened.value!;
    await peripheral.start([{ profile: nativeProfile, onLink: () => undefined }]);
    const named = { advertisement: { localName: 'a car' } };
    const sets = [nativeAdvertising(Uint8Array.of(1)), named];
    const uuid = '107d2b6e0c1f439a6e4b527c005a1f9d';
    const [first, second] = [`0201061107${uuid} 1221${uuid}01`, '02010606096120636172 '];
    void outcome(peripheral.advertise(sets));
    await clock.advance(0);
    expect(bleno.calls).toEqual([first]);
    for (let turn = 0; turn < 3; turn++) {
      await clock.advance(300);
      await clock.advance(0);
    }
    expect(bleno.calls).toEqual([first, second, first, second]);
    bleno.centralComes();
    await clock.advance(4_000);
    expect(bleno.calls).toHaveLength(4);
    bleno.centralGone();
    await clock.advance(0);
    await clock.advance(0);
    expect(bleno.calls.slice(4)).toEqual([first]);
    void outcome(peripheral.advertise([named]));
    await clock.advance(10_000);
    expect(bleno.calls.slice(5)).toEqual([second]);
    expect(clock.pending).toBe(0);
  });
});
