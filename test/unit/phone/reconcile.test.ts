import { describe, expect, it } from '@jest/globals';
import type { Central } from '../../../lib/radio/types.js';
import { TestHost } from '../../support/test-car.js';
import { Air, introduce } from './setup.js';
import { watchUpdates } from '../../support/car-store.js';

/** A phone whose radio knows handles, and the handle in whatever is written to its store. */
const phoneOn = (air: Air) => {
  const central = air.radio.central();
  const radio = { attHandle: 11 as number | undefined, told: [] as (number | undefined)[] };
  const knowing: Central = {
    scan: (filters, found, signal) => central.scan(filters, found, signal),
    connect: async (advertisement, profile, options) => {
      radio.told.push(options?.attHandle);
      const link = await central.connect(advertisement, profile, options);
      return { ...link, attHandle: radio.attHandle };
    },
    close: () => central.close(),
  };
  const phone = air.phone(knowing);
  const { store } = phone;
  const written: (number | undefined)[] = [];
  watchUpdates(store, (car) => written.push(car.attHandle));
  return { ...phone, radio, written };
};

const knownCar = async () => {
  const air = new Air();
  const car = await air.car();
  const phone = phoneOn(air);
  await introduce(phone.store, car.host);
  phone.written.length = 0;
  return { air, ...car, ...phone };
};

describe("a car's handles", () => {
  it('are remembered once it has answered, and written only when they have changed', async () => {
    const { air, key, radio, written, endpoint } = await knownCar();
    await air.run(key.unlock());
    await air.run(key.lock());
    expect(radio.told).toEqual([undefined, 11]);
    expect(written).toEqual([11]);
    radio.attHandle = 40;
    const connection = await air.run(key.connect());
    await air.run(connection.unlock());
    await air.run(connection.lock());
    await air.run(connection.close());
    expect(written).toEqual([11, 40]);
    radio.attHandle = undefined;
    await air.run(key.unlock());
    await air.run(key.unlock());
    expect(radio.told).toEqual([undefined, 11, 11, 40, undefined]);
    expect(written).toEqual([11, 40, undefined]);
    await endpoint.stop();
  });

  it('are remembered from the pairing on, in the entry of that car alone', async () => {
    const air = new Air();
    const { host, endpoint } = await air.car();
    host.open = true;
    endpoint.pairingChanged();
    const { key, store, radio, written } = phoneOn(air);
    await introduce(store, new TestHost(2), { name: 'Other car', attHandle: 7 });
    written.length = 0;
    await air.run(key.pair({ code: '12345678' }));
    const handles = (await store.list()).map(({ name, attHandle }) => [name, attHandle]);
    expect(handles).toEqual([
      ['Other car', 7],
      ['Test car', 11],
    ]);
    await air.run(key.unlock());
    expect(radio.told).toEqual([undefined, 11]);
    expect(written).toEqual([11]);
    await endpoint.stop();
  });

  it('are not learnt from who cannot prove to be the car', async () => {
    const { air, key, host, store, radio, written, endpoint } = await knownCar();
    await air.run(key.unlock());
    radio.attHandle = 40;
    // As somebody who advertises what the car did, and sends a Hello: that is all he can.
    host.enrolled.length = 0;
    await expect(air.run(key.unlock())).rejects.toMatchObject({ code: 'car.not-recognised' });
    expect(await store.list()).toMatchObject([{ attHandle: 11 }]);
    expect(written).toEqual([11]);
    await endpoint.stop();
  });

  it('do not make a command fail that is done', async () => {
    const { air, key, host, store, endpoint } = await knownCar();
    store.update = () => Promise.reject(new Error('the disk is full'));
    await air.run(key.unlock());
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });
});
