import { describe, expect, it } from '@jest/globals';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { carStoreChecks } from '../../../lib/phone/store-contract.js';
import type { OpenStore } from '../../../lib/phone/store-contract.js';
import type { CarStore } from '../../../lib/phone/store.js';

/** What forgets with the process: the same store again. */
const kept = (make: () => CarStore): OpenStore => {
  const stores = new Map<string, CarStore>();
  return (place) => {
    const store = stores.get(place) ?? make();
    stores.set(place, store);
    return store;
  };
};

describe('MemoryCarStore', () => {
  for (const { name, run } of carStoreChecks(kept(() => new MemoryCarStore()))) it(name, run);
});

const failures = async (open: OpenStore): Promise<string[]> => {
  const failed: string[] = [];
  for (const { name, run } of carStoreChecks(open)) {
    await run().catch(() => failed.push(name));
  }
  return failed;
};

const worse = (change: (store: MemoryCarStore) => void): OpenStore =>
  kept(() => {
    const store = new MemoryCarStore();
    change(store);
    return store;
  });

describe('the checks of a store', () => {
  it.each<[string, OpenStore, string | RegExp]>([
    ['forgets', () => new MemoryCarStore(), /gives back what was added/],
    [
      'takes two for one',
      worse((store) => {
        const { add } = MemoryCarStore.prototype;
        store.add = (car) => add.call(store, { ...car, name: car.name.toLowerCase() });
      }),
      /gives back/,
    ],
    [
      'reads long before it writes',
      worse((store) => {
        store.update = async (name, change) => {
          const before = (await store.list()).find((car) => car.name === name)!;
          const { car, value } = change(before);
          await Promise.resolve();
          await store.remove(name);
          await store.add(car);
          return value;
        };
      }),
      /one change after the other/,
    ],
    [
      'overwrites',
      worse((store) => {
        const { add } = MemoryCarStore.prototype;
        store.add = async (car) => {
          await store.remove(car.name);
          return add.call(store, car);
        };
      }),
      /adds a name once/,
    ],
    [
      'keeps all offers',
      worse((store) => {
        const offers: Parameters<CarStore['addOffer']>[0][] = [];
        store.addOffer = async (offer) => void offers.push(offer);
        store.offers = async () => offers;
      }),
      /newest 64/,
    ],
    [
      'says what it likes',
      worse((store) => {
        const { update } = MemoryCarStore.prototype;
        store.update = (name, change) =>
          update.call(store, name, change).catch(() => {
            throw new Error('no');
          }) as never;
      }),
      /keys.unknown-car/,
    ],
  ])('find one that %s', async (_, open, name) => {
    const failed = await failures(open);
    expect(failed).toEqual(expect.arrayContaining([expect.stringMatching(name)]));
  });
});
