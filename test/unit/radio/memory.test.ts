import { describe, expect, it } from '@jest/globals';
import { nativeAdvertising, nativeScan } from '../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import type { Advertisement } from '../../../lib/radio/types.js';

// What it has in common with the other radios: test/integration/radio/contract.test.ts.

const startCar = async (radio: MemoryRadio, links?: number) => {
  const car = radio.peripheral(links === undefined ? {} : { links });
  await car.start([{ profile: nativeProfile, onLink: () => undefined }]);
  await car.advertise([nativeAdvertising(Uint8Array.of(1))]);
  return car;
};

describe('links in memory', () => {
  it('report a car each 100 ms of their clock, and do nothing between', async () => {
    const clock = new SimClock();
    const radio = new MemoryRadio({ clock });
    await startCar(radio);
    const stop = new AbortController();
    const times: number[] = [];
    const scanning = radio.central().scan([nativeScan], () => times.push(clock.now()), stop.signal);
    await clock.advance(0);
    expect([times, clock.pending]).toEqual([[0], 1]);
    await clock.advance(1_000);
    expect(times).toEqual(Array.from({ length: 11 }, (_, i) => i * 100));
    stop.abort();
    await scanning;
    expect(clock.pending).toBe(0);
  });

  it('are as many as the car says; the next phone hears that it is busy, and gets one that is free again', async () => {
    const clock = new SimClock();
    const radio = new MemoryRadio({ clock });
    const car = await startCar(radio, 1);
    expect(car.mostLinks).toBe(1);
    const heard = { id: car.id, rssi: -40 };
    const first = await radio.central().connect(heard, nativeProfile);
    const second = radio.central();
    const stop = new AbortController();
    const reports: Advertisement[] = [];
    const scanning = second.scan([nativeScan], (each) => reports.push(each), stop.signal);
    const late = second.connect(heard, nativeProfile, { timeoutMs: 5_000 });
    await expect(clock.until(late)).rejects.toMatchObject({ code: 'radio.timeout' });
    expect([clock.now(), reports[0]?.isBusy]).toEqual([5_000, true]);
    const waiting = second.connect(heard, nativeProfile);
    await first.close();
    expect((await waiting).peer).toBe(car.id);
    stop.abort();
    await scanning;
    expect(reports.at(-1)?.id).toBe(car.id);
  });

  it('are not of any kind', () => {
    const radio = new MemoryRadio();
    for (const links of [0, -1, NaN]) {
      expect(() => radio.peripheral({ links })).toThrow('links is a number, 1 or more');
    }
  });

  it('are all closed with the radio, twice even', async () => {
    const radio = new MemoryRadio();
    const car = await startCar(radio);
    const central = radio.central();
    const link = await central.connect({ id: car.id, rssi: -40 }, nativeProfile);
    await radio.close();
    await radio.close();
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
    for (const call of [
      () => central.scan([nativeScan], () => undefined, new AbortController().signal),
      () => car.advertise([]),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'radio.closed' });
    }
  });
});
