import { describe, expect, it } from '@jest/globals';
import type { CarStore } from '../../../lib/phone/store.js';
import { refusedResult } from '../../../lib/domain/outcomes.js';
import { introduced } from './setup.js';
import { ownerAndGuest } from './sharing-setup.js';

/** How often a store is read and changed. */
const counted = (store: CarStore) => {
  const counts = { list: 0, update: 0 };
  const [list, update] = [store.list.bind(store), store.update.bind(store)];
  store.list = () => {
    counts.list += 1;
    return list();
  };
  store.update = (name, change) => {
    counts.update += 1;
    return update(name, change);
  };
  return counts;
};

describe('one call of a phone', () => {
  it('reads its keys once, and not at all where it is given them', async () => {
    const { air, key, store, endpoint } = await introduced();
    const counts = counted(store);
    await air.run(key.lock());
    expect(counts).toEqual({ list: 1, update: 0 });
    const cars = await store.list();
    await air.run(key.lock({ cars }));
    expect(counts).toEqual({ list: 2, update: 0 });
    await endpoint.stop();
  });

  it('reads them once also where it delivers and relays', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await air.run(owner.key.status()); // it knows what time the car has
    host.executed.length = 0;
    const { uris } = await owner.key.ring.refresh();
    const counts = counted(owner.store);
    await air.run(owner.key.unlock());
    expect(counts).toEqual({ list: 1, update: 1 }); // it has been delivered
    await air.run(owner.key.relay(uris));
    expect(counts).toEqual({ list: 2, update: 3 }); // taken along, and dropped: the car has it
    expect(host.executed).toEqual(['unlock', 'deliver', 'status', 'deliver']);
    await endpoint.stop();
  });

  it('has one time for all that it does on its link', async () => {
    const { air, host, key, endpoint } = await introduced();
    host.execute = async () => refusedResult('pin-needed');
    const { clock } = air;
    const begun = clock.now();
    const typing = (): Promise<string> =>
      new Promise((resolve) => {
        clock.after(800, () => {
          host.execute = () => new Promise(() => undefined); // and then it says nothing more
          resolve('1234');
        });
      });
    const start = key.start({ timeoutMs: 1_000, pin: typing });
    await expect(air.run(start)).rejects.toMatchObject({ code: 'car.outcome-unknown' });
    expect(clock.now() - begun).toBeLessThanOrEqual(1_000);
    await endpoint.stop();
  });

  it('asks for nothing that cannot be, and opens no link for it', async () => {
    const { air, key, trace, endpoint } = await introduced();
    for (const ask of [
      () => key.removeKey(-1),
      () => key.setPin('12'),
      () => key.start({ pin: 'none' }),
    ]) {
      await expect(air.run(ask())).rejects.toMatchObject({ code: 'usage.invalid' });
    }
    expect(trace.filter(({ direction }) => direction === 'to-car')).toEqual([]);
    await endpoint.stop();
  });
});
