import { describe, expect, it } from '@jest/globals';
import type { Advertisement } from '../../../../lib/radio/types.js';
import { TestHost } from '../test-host.js';
import { Rig, SERVICE_DATA } from './rig.js';
import { nativeProfile } from '../../../../lib/native/profile.js';
import { nativeAdvertising, nativeScan } from '../../../../lib/native/advertisement.js';

/** What the phone hears in so many milliseconds. */
const heardIn = async (rig: Rig, ms: number): Promise<Advertisement[]> => {
  const heard: Advertisement[] = [];
  const stop = new AbortController();
  const scanning = rig.phone.scan(
    [nativeScan],
    (advertisement) => heard.push(advertisement),
    stop.signal,
  );
  await rig.clock.advance(ms);
  stop.abort();
  await scanning;
  return heard;
};

describe('SimCentral scanning', () => {
  it('reports a SimPeripheral in every advertising event: who, how strong, with what', async () => {
    const rig = await Rig.start();
    const heard = await heardIn(rig, 1050);
    expect(heard.length).toBeGreaterThanOrEqual(9);
    expect(heard.length).toBeLessThanOrEqual(11);
    for (const { id, rssi, serviceData } of heard) {
      expect(id).toBe(rig.car.address);
      expect(rssi).toBe(-66); // 0 dBm less 59 and 22 log10(2) dB
      expect(serviceData).toEqual([{ uuid: nativeProfile.service, data: SERVICE_DATA }]);
    }
  });

  it('hears as much more as the car advertises more often', async () => {
    const rig = await Rig.start({ car: { advertisingIntervalMs: 20 } });
    const heard = await heardIn(rig, 10_000);
    expect(heard.length).toBeGreaterThan(380); // 20 ms and a delay of 0 to 10
    expect(heard.length).toBeLessThan(420);
  });

  it('hears a tenth with a scan window of a tenth', async () => {
    const rig = await Rig.start({ phone: { scan: { intervalMs: 5120, windowMs: 512 } } });
    const heard = await heardIn(rig, 512_000);
    expect(heard.length).toBeGreaterThan(450);
    expect(heard.length).toBeLessThan(525);
  });

  it('hears new service data, and nothing of a car that is off', async () => {
    const rig = await Rig.start();
    await rig.car.advertise([nativeAdvertising(Uint8Array.of(7))]);
    expect(
      (await heardIn(rig, 200)).map(({ serviceData }) => serviceData?.[0]?.data),
    ).toContainEqual(Uint8Array.of(7));
    await rig.car.close();
    expect(await heardIn(rig, 1000)).toEqual([]);
    expect(rig.clock.pending).toBe(0);
  });

  it('reports nothing more once it was aborted, even by the one who is told', async () => {
    const rig = await Rig.start();
    await rig.serve(rig.air.peripheral());
    let calls = 0;
    const stop = new AbortController();
    const scanning = rig.phone.scan(
      [nativeScan],
      () => {
        calls++;
        stop.abort();
      },
      stop.signal,
    );
    await rig.clock.advance(1000);
    await scanning;
    expect(calls).toBe(1);
    await rig.phone.scan([nativeScan], () => calls++, stop.signal);
    expect(calls).toBe(1);
  });

  it('serves two scans at once', async () => {
    const rig = await Rig.start();
    const stop = new AbortController();
    let others = 0;
    const other = rig.phone.scan([nativeScan], () => others++, stop.signal);
    expect(await heardIn(rig, 500)).toHaveLength(others);
    expect(others).toBeGreaterThan(3);
    stop.abort();
    await other;
  });

  it('hears nobody out of range, and somebody who walks into it', async () => {
    const rig = await Rig.start({ phone: { position: { x: 60, y: 0 } } });
    expect(await heardIn(rig, 2000)).toEqual([]);
    rig.phone.walkTo({ x: 10, y: 0 }, 2);
    const heard = await heardIn(rig, 30_000);
    expect(heard.at(0)!.rssi).toBeLessThan(-87);
    expect(heard.at(-1)!.rssi).toBe(-81);
    expect(rig.phone.position).toEqual({ x: 10, y: 0 });
    expect(rig.phone.rssi(rig.car)).toBe(-81);
  });

  it('takes no controller for a car', async () => {
    const rig = await Rig.start();
    const host = new TestHost(rig.air.controller({ position: { x: 1, y: 0 } }));
    await host.advertise();
    const ids = new Set((await heardIn(rig, 1000)).map(({ id }) => id));
    expect(ids).toEqual(new Set([rig.car.address]));
  });

  it('rejects when the radio is closed meanwhile, and afterwards', async () => {
    const rig = await Rig.start();
    const scanning = rig.phone.scan([nativeScan], () => undefined, new AbortController().signal);
    await Promise.all([
      expect(scanning).rejects.toMatchObject({ code: 'radio.closed' }),
      rig.phone.close(),
    ]);
    for (const call of [
      rig.phone.scan([nativeScan], () => undefined, new AbortController().signal),
      rig.phone.connect({ id: rig.car.address, rssi: -50 }, nativeProfile),
      rig.car.close().then(() => rig.car.advertise([nativeAdvertising(SERVICE_DATA)])),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'radio.closed' });
    }
  });
});

describe('a direct link', () => {
  it.each([
    [{ mtu: 22 }],
    [{ mtu: 518 }],
    [{ mtu: 100.5 }],
    [{ connection: { intervalMs: 7 } }],
    [{ connection: { intervalMs: 31 } }],
    [{ connection: { latency: 500 } }],
    [{ connection: { timeoutMs: 32_010 } }],
    [{ connection: { intervalMs: 1000, latency: 1 } }],
    [{ scan: { intervalMs: 100, windowMs: 101 } }],
    [{ scan: { intervalMs: 10_241, windowMs: 10 } }],
  ])('has parameters that the specification allows, not %j', async (options) => {
    const { air } = await Rig.start();
    expect(() => air.central(options)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });

  it.each([{ advertisingIntervalMs: 19 }, { advertisingIntervalMs: 10_241 }, { mtu: 22 }])(
    'has a peripheral that the specification allows, not %j',
    async (options) => {
      const { air } = await Rig.start();
      const invalid = expect.objectContaining({ code: 'usage.invalid' });
      expect(() => air.peripheral(options)).toThrow(invalid);
    },
  );

  it('advertises at most 31 bytes in a part, as any other radio', async () => {
    const { car } = await Rig.start();
    await car.advertise([nativeAdvertising(new Uint8Array(13))]);
    await expect(car.advertise([nativeAdvertising(new Uint8Array(14))])).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
