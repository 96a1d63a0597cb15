import { loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import { systemClock as clock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openHciPeripheral } from '../../../lib/radio/host/peripheral.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import { cloudCentral, cloudPeripheral } from '../../../lib/cloud/index.js';
import { MemoryCloud } from '../../support/memory-cloud.js';
import type { Central, Peripheral } from '../../../lib/radio/types.js';

/** Each kind of radio that works without an adapter. */
export interface Radios {
  car(): Promise<Peripheral>;
  phone(): Promise<Central>;
}

const opened: { close(): unknown }[] = [];
/** Closes it after the test, the last first. */
export const keep = <T extends { close(): unknown }>(one: T): T => {
  opened.push(one);
  return one;
};
export const closeAll = async (): Promise<void> => {
  for (const each of opened.splice(0).reverse()) await each.close();
};

export const RADIOS: readonly (readonly [string, () => Radios])[] = [
  [
    'noble and bleno',
    () => {
      const air = keep(new VirtualAir());
      return {
        car: async () => {
          const load = async () => loadBleno(air.controller());
          return keep(await openBlenoPeripheral({ load, clock }));
        },
        phone: async () => {
          const load = async () => loadNoble(air.controller());
          return keep(await openNobleCentral({ load, clock }));
        },
      };
    },
  ],
  [
    'noble and our own host',
    () => {
      const air = keep(new VirtualAir());
      return {
        car: async () => {
          const load = async () => air.controller({ peripheralLinks: 3 });
          return keep(await openHciPeripheral({ load, clock }));
        },
        phone: async () => {
          const load = async () => loadNoble(air.controller());
          return keep(await openNobleCentral({ load, clock }));
        },
      };
    },
  ],
  [
    'links in memory',
    () => {
      const radio = keep(new MemoryRadio());
      return { car: async () => radio.peripheral(), phone: async () => radio.central() };
    },
  ],
  [
    'direct links',
    () => {
      const air = keep(new VirtualAir());
      return { car: async () => keep(air.peripheral()), phone: async () => keep(air.central()) };
    },
  ],
];

/** By what cars say of themselves there are services alone, so that a dialect that looks for names hears none. */
export const THROUGH_A_CLOUD: (typeof RADIOS)[number] = [
  'links through a cloud',
  () => {
    const cloud = new MemoryCloud({ clock });
    let cars = 0;
    return {
      car: async () => keep(cloudPeripheral(cloud.channel(`car-${++cars}`), { clock })),
      phone: async () => keep(cloudCentral(cloud.phone(), { clock, pollMs: 10 })),
    };
  },
];
