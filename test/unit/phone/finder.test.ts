import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { SeenCar } from '../../../lib/phone/scanning.js';
import { fingerprintOf } from './sharing-setup.js';
import type { Central } from '../../../lib/radio/types.js';
import { TestHost } from '../../support/test-car.js';
import { Air, introduce, introduced } from './setup.js';

/** Two cars, of which the second is nearer to the phone, and what the phone does with its radio. */
const twoCars = async () => {
  const air = new Air();
  const cars = [await air.car(new TestHost(1)), await air.car(new TestHost(2))] as const;
  const rssi: Record<string, number> = { 'memory-1': -70, 'memory-2': -50 };
  const central = air.radio.central();
  const scans = { running: 0, connected: [] as string[] };
  const busy = new Set<string>();
  const heard: Central = {
    ...central,
    scan: async (filters, found, signal) => {
      scans.running += 1;
      await central.scan(
        filters,
        (ad) => {
          found({ ...ad, rssi: rssi[ad.id] ?? 0, ...(busy.has(ad.id) && { isBusy: true }) });
        },
        signal,
      );
      scans.running -= 1;
    },
    connect: (ad, profile, options) => {
      scans.connected.push(ad.id);
      return central.connect(ad, profile, options);
    },
  };
  const phone = air.phone(heard);
  const stop = () => Promise.all(cars.map(({ endpoint }) => endpoint.stop()));
  return { air, cars, rssi, busy, scans, stop, ...phone };
};

describe('finding a car', () => {
  it('takes the nearest of the cars the phone knows', async () => {
    const { air, cars, rssi, scans, key, store, stop } = await twoCars();
    await introduce(store, cars[0].host, { name: 'far' });
    await introduce(store, cars[1].host, { name: 'near' });
    await air.run(key.unlock());
    rssi['memory-1'] = -40;
    await air.run(key.unlock());
    expect(scans).toEqual({ running: 0, connected: ['memory-2', 'memory-1'] });
    expect(cars.map(({ host }) => host.executed)).toEqual([['unlock'], ['unlock']]);
    await stop();
  });

  it('takes the named car however near another is, and at once', async () => {
    const { air, cars, key, store, stop } = await twoCars();
    await introduce(store, cars[0].host, { name: 'far' });
    await introduce(store, cars[1].host, { name: 'near' });
    const before = air.clock.now();
    await air.run(key.unlock({ car: 'far' }));
    expect(air.clock.now() - before).toBeLessThan(400);
    expect(cars.map(({ host }) => host.executed)).toEqual([['unlock'], []]);
    await stop();
  });

  it('waits for a car that is busy, says so when its time is over, and takes another one if it may', async () => {
    const { air, cars, busy, scans, key, store, stop } = await twoCars();
    await introduce(store, cars[0].host, { name: 'far' });
    await introduce(store, cars[1].host, { name: 'near' });
    busy.add('memory-2');
    await expect(air.run(key.unlock({ car: 'near' }))).rejects.toMatchObject({
      code: 'car.busy',
      mayHaveSucceeded: false,
      temporary: true,
    });
    await air.run(key.unlock());
    air.clock.after(5_000, () => {
      busy.clear();
    });
    await air.run(key.unlock({ car: 'near' }));
    expect(scans.connected).toEqual(['memory-1', 'memory-2']);
    await stop();
  });

  it('takes no car that it does not know', async () => {
    const { air, cars, scans, key, store, stop } = await twoCars();
    await introduce(store, cars[0].host, { name: 'far' });
    await air.run(key.unlock());
    expect(scans.connected).toEqual(['memory-1']);
    await stop();
  });

  it('finds the nearest also when there is little time', async () => {
    const { air, cars, scans, key, store, stop } = await twoCars();
    await introduce(store, cars[0].host, { name: 'far' });
    await introduce(store, cars[1].host, { name: 'near' });
    await air.run(key.unlock({ timeoutMs: 300 }));
    expect(scans.connected).toEqual(['memory-2']);
    await stop();
  });

  it('pairs with the nearest that waits for it, or with the one that was named', async () => {
    for (const id of [undefined, 'memory-1']) {
      const { air, cars, scans, key, stop } = await twoCars();
      for (const { host, endpoint } of cars) {
        host.open = true;
        endpoint.pairingChanged();
      }
      await air.run(key.pair({ code: '12345678', ...(id === undefined ? {} : { id }) }));
      expect(scans.connected).toEqual([id ?? 'memory-2']);
      await stop();
    }
  });

  it('gives up at the end of its time, and scans no more', async () => {
    const { air, cars, scans, key, store, stop } = await twoCars();
    await introduce(store, cars[0].host);
    await stop();
    await expect(air.run(key.unlock({ timeoutMs: 5_000 }))).rejects.toMatchObject({
      code: 'car.not-found',
      mayHaveSucceeded: false,
      temporary: true,
    });
    expect(air.clock.now()).toBe(5_000);
    expect(scans).toEqual({ running: 0, connected: [] });
    expect(air.clock.pending).toBe(0);
  });

  it('knows without a radio that it has no key, or none for that car', async () => {
    const { air, scans, key, store, stop, cars } = await twoCars();
    await expect(key.unlock()).rejects.toMatchObject({ code: 'keys.not-paired' });
    await expect(key.unlock({ car: 'x' })).rejects.toMatchObject({ code: 'keys.not-paired' });
    await introduce(store, cars[0].host);
    await expect(air.run(key.unlock({ car: 'x' }))).rejects.toMatchObject({
      code: 'keys.unknown-car',
    });
    expect(scans).toEqual({ running: 0, connected: [] });
    await stop();
  });

  it('scans: tells known cars from strangers, and who waits for pairing', async () => {
    const { cars, key, store, scans, stop } = await twoCars();
    const entry = await introduce(store, cars[0].host);
    cars[1].host.open = true;
    cars[1].endpoint.pairingChanged();
    const seen = new Map<string, SeenCar>();
    for await (const car of key.scan()) {
      seen.set(car.id, car);
      if (seen.size === 2) break;
    }
    expect(scans.running).toBe(0);
    expect(seen.get('memory-1')).toMatchObject({
      car: { name: entry.name, fingerprint: fingerprintOf(entry) },
      pairing: false,
      rssi: -70,
    });
    expect(seen.get('memory-2')).toMatchObject({ car: undefined, pairing: true, rssi: -50 });
    await stop();
  });
});

describe('a call', () => {
  it('closes the link it opened, whether it succeeds or fails', async () => {
    const { air, host, key, events, endpoint } = await introduced();
    await air.run(key.unlock());
    host.enrolled.length = 0;
    await air.run(key.unlock().catch(() => undefined));
    await air.clock.advance(0);
    const ends = events.filter(({ type }) => type === 'link-closed');
    expect(ends).toMatchObject([
      { type: 'link-closed', why: 'remote' },
      { type: 'link-closed', why: 'remote' },
    ]);
    expect(air.clock.pending).toBe(1); // the rotation of the car's advertisement
    await endpoint.stop();
  });

  it('passes on that the radio cannot scan', async () => {
    const { air, host, endpoint } = await introduced();
    const broken = new PhoneKeyError('radio.scan-failed', 'no adapter');
    const failing = air.phone({
      ...air.radio.central(),
      scan: () => Promise.reject(broken),
    });
    await introduce(failing.store, host);
    await expect(air.run(failing.key.unlock())).rejects.toBe(broken);
    expect(air.clock.pending).toBe(1);
    await endpoint.stop();
  });
});

it('a phone has a name that a car would accept', () => {
  const air = new Air();
  for (const name of ['', 'x'.repeat(33), 'a\u202eb']) {
    expect(() => air.phone(air.radio.central(), name)).toThrow(
      expect.objectContaining({ code: 'usage.invalid' }),
    );
  }
});
