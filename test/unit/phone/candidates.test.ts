import { describe, expect, it } from '@jest/globals';
import { nativeProfile } from '../../../lib/native/profile.js';
import { memoryLinkPair } from '../../../lib/radio/memory-link.js';
import type { Central, CentralLink } from '../../../lib/radio/types.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { TestHost } from '../../support/test-car.js';
import { Air, introduce } from './setup.js';

type Lure = (air: Air, connectMs: number) => Promise<CentralLink>;

/** A car, and devices that play what it advertises, nearer than it and more often. */
const lured = async (lures: Readonly<Record<string, Lure>>) => {
  const air = new Air();
  const car = await air.car();
  const central = air.radio.central();
  const connected: string[] = [];
  const tricked: Central = {
    ...central,
    scan: (filters, found, signal) =>
      central.scan(
        filters,
        (heard) => {
          for (const id of Object.keys(lures)) {
            if (!signal.aborted) found({ ...heard, id, rssi: -40 });
          }
          if (!signal.aborted) found({ ...heard, rssi: -60 });
        },
        signal,
      ),
    connect: (heard, profile, options) => {
      connected.push(heard.id);
      const lure = lures[heard.id];
      return lure?.(air, options?.timeoutMs ?? 0) ?? central.connect(heard, profile, options);
    },
  };
  const phone = air.phone(tricked);
  await introduce(phone.store, car.host);
  return { air, ...car, ...phone, connected };
};

/** Does not answer a request for a link. */
const deaf: Lure = (air, ms) =>
  new Promise((_, reject) => {
    air.clock.after(ms, () => {
      reject(new PhoneKeyError('radio.timeout', 'connecting took too long'));
    });
  });

/** Never begins to speak. */
const silent: Lure = async () => memoryLinkPair().phone;

/** Says what is no message. */
const babbling: Lure = async () => {
  const { phone, car } = memoryLinkPair();
  return {
    ...phone,
    open: async (handlers) => {
      await phone.open(handlers);
      await car.send(Uint8Array.of(0, 1, 0xff));
    },
  };
};

describe('a phone that hears its car, and others that play what it advertises', () => {
  it.each<[string, Lure, number]>([
    ['is deaf', deaf, 6_000],
    ['is silent', silent, 3_000],
    ['babbles', babbling, 1_000],
  ])('opens the car where the other one %s', async (_what, lure, mostMs) => {
    const { air, host, key, connected, endpoint } = await lured({ lure });
    await air.run(key.unlock());
    expect(connected).toEqual(['lure', 'memory-1']);
    expect(host.executed).toEqual(['unlock']);
    expect(air.clock.now()).toBeLessThan(mostMs);
    await endpoint.stop();
  });

  it('opens it where the other one refuses the proof, as a car does that does not know the key', async () => {
    const lures: Record<string, Lure> = {};
    const { air, host, key, connected, endpoint } = await lured(lures);
    const stranger = await air.car(new TestHost(2));
    const central = air.radio.central();
    lures['lure'] = async () => central.connect({ id: 'memory-2', rssi: -40 }, nativeProfile);
    await air.run(key.unlock());
    expect(connected).toEqual(['lure', 'memory-1']);
    expect([host.executed, stranger.host.executed]).toEqual([['unlock'], []]);
    await endpoint.stop();
    await stranger.endpoint.stop();
  });

  it('goes on to the next one, and back to the first after all of them', async () => {
    let busy = true;
    const { air, host, key, connected, endpoint } = await lured({
      first: silent,
      // The car itself, whose link somebody has for a while.
      'memory-1': async (at, ms) => {
        if (!busy) return at.radio.central().connect({ id: 'memory-1', rssi: -60 }, nativeProfile);
        busy = false;
        return deaf(at, ms);
      },
    });
    await air.run(key.unlock());
    expect(connected).toEqual(['first', 'memory-1', 'first', 'memory-1']);
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });

  it('tells what went wrong with the last one when the time is over', async () => {
    const { air, key, connected, endpoint } = await lured({ 'memory-1': deaf });
    await expect(air.run(key.unlock())).rejects.toMatchObject({ code: 'radio.timeout' });
    expect(air.clock.now()).toBe(15_000);
    expect(connected).toEqual(['memory-1', 'memory-1', 'memory-1']);
    await endpoint.stop();
  });
});

it('a phone whose key was removed is told so after a moment, and asks its car once', async () => {
  const { air, host, key, connected, endpoint } = await lured({});
  host.enrolled.length = 0;
  await expect(air.run(key.unlock())).rejects.toMatchObject({ code: 'car.not-recognised' });
  expect(connected).toEqual(['memory-1']);
  expect(air.clock.now()).toBeLessThan(1_000);
  await endpoint.stop();
});
