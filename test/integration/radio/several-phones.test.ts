import { afterEach, describe, expect, it } from '@jest/globals';
import { loadNoble, VirtualAir } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { openWindow } from '../../../testing/open-window.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { systemClock as clock } from '../../../lib/platform/clock.js';
import { openHciPeripheral } from '../../../lib/radio/host/peripheral.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import { cheapSuite as suite } from '../../support/cheap-suite.js';
import { closeAll, keep } from './every-radio.js';

afterEach(closeAll);

const carAndPhones = async (count: number) => {
  const air = keep(new VirtualAir());
  const car = await SimulatedCar.start({
    name: 'Blue',
    peripheral: await openHciPeripheral({
      load: async () => air.controller({ peripheralLinks: 3 }),
      clock,
    }),
    suite,
  });
  keep({ close: () => car.stop() });
  const phones: PhoneKey[] = [];
  for (let i = 0; i < count; i++) {
    const load = async () => loadNoble(air.controller());
    const central = await openNobleCentral({ load, clock });
    const phone = keep(
      new PhoneKey({ central, store: new MemoryCarStore(), suite, name: `P${i}` }),
    );
    await phone.pair({ code: await openWindow(car) });
    phones.push(phone);
  }
  return { car, phones };
};

describe('our own host, with real nobles as phones', () => {
  it('serves three at a time, and a fourth once one of them has gone', async () => {
    const { car, phones } = await carAndPhones(4);
    const links = await Promise.all(phones.slice(0, 3).map((phone) => phone.connect()));
    await Promise.all(links.map((link) => link.unlock()));
    expect(await car.control.status()).toMatchObject({ locked: false });
    const refused = phones[3]!.lock({ timeoutMs: 600 });
    await expect(refused).rejects.toMatchObject({ code: 'car.busy' });
    const fourth = phones[3]!.lock();
    await links[1]!.close();
    await fourth;
    expect(await car.control.status()).toMatchObject({ locked: true });
    await links[0]!.unlock(); // the others have not noticed
    await links[2]!.lock();
    for (const link of links) await link.close();
  });
});
