import { loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import type { Position, VirtualAirOptions, VirtualController } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import type { PhoneKeyOptions } from '../../../lib/phone/environment.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { systemClock } from '../../../lib/platform/clock.js';
import type { Clock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import { cheapSuite } from '../../support/cheap-suite.js';

export interface Phone {
  readonly phone: PhoneKey;
  readonly controller: VirtualController;
  readonly store: MemoryCarStore;
}

/** Whole cars and phones over the real noble and bleno, all in this process, on one air and one clock. */
export const spine = (options: VirtualAirOptions & { readonly clock?: Clock } = {}) => {
  const { clock = systemClock } = options;
  const air = new VirtualAir(options);
  const cars: SimulatedCar[] = [];
  const phones: PhoneKey[] = [];
  return {
    air,

    startCar: async (name: string, position: Position = { x: 0, y: 0 }): Promise<SimulatedCar> => {
      const controller = air.controller({ label: name, position });
      const peripheral = await openBlenoPeripheral({
        clock,
        load: () => Promise.resolve(loadBleno(controller)),
      });
      const car = await SimulatedCar.start({ name, peripheral, clock, suite: cheapSuite });
      cars.push(car);
      return car;
    },

    startPhone: async (
      name: string,
      position: Position = { x: 1, y: 0 },
      options: Pick<PhoneKeyOptions, 'keyLog'> = {},
    ): Promise<Phone> => {
      const controller = air.controller({ label: name, position });
      const central = await openNobleCentral({
        clock,
        load: () => Promise.resolve(loadNoble(controller)),
      });
      const store = new MemoryCarStore();
      const phone = new PhoneKey({
        central,
        store,
        name,
        clock,
        suite: cheapSuite,
        ...options,
      });
      phones.push(phone);
      return { phone, controller, store };
    },

    close: async (): Promise<void> => {
      await Promise.all(phones.map((phone) => phone.close()));
      await Promise.all(cars.map((car) => car.stop()));
      air.close();
    },
  };
};
