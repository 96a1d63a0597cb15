import { SimulatedCar } from '../../firmware-sim/index.js';
import type { CarEvent, CommandReport } from '../../firmware-sim/index.js';
import { cloudCentral, cloudPeripheral } from '../../lib/cloud/index.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import { Remote } from '../../lib/phone/remote.js';
import { MemoryCarStore } from '../../lib/phone/store.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../lib/radio/memory.js';
import { openWindow } from '../../testing/open-window.js';
import { cheapSuite as suite } from './cheap-suite.js';
import { HostileCloud } from './hostile-cloud.js';
import type { Trick } from './hostile-cloud.js';

const BEGIN_MS = 1_800_000_000_000;
/** What a body does that somebody asked for. */
const ACTS = new Set<CarEvent['type']>(['unlocked', 'locked', 'door-opened', 'drive-authorised']);

/** Cars that are in a cloud, too, and phones that paired beside each: `far` are the same phones where no Bluetooth is,
 * `apart` the same as they are made for both ways. */
export const cloudTown = async (
  names: { readonly cars: readonly string[]; readonly phones: readonly string[] },
  tricks: readonly Trick[] = [],
  route?: (car: string) => string,
) => {
  const clock = new SimClock();
  const wallTime = (): number => BEGIN_MS + clock.now();
  const cloud = new HostileCloud(clock, tricks, route);
  const radio = new MemoryRadio({ clock });
  const acts: string[] = [];
  const reports: CommandReport[] = [];
  const cars: SimulatedCar[] = [];
  for (const name of names.cars) {
    const car = await SimulatedCar.start({
      name,
      peripheral: radio.peripheral(),
      telematics: cloudPeripheral(cloud.channel(name), { clock }),
      clock,
      wallTime,
      suite,
      random: seededRandom(name),
      onTelematicsCommand: (report) => reports.push(report),
      onEvent: ({ type }) => {
        if (ACTS.has(type)) acts.push(`${name} ${type}`);
      },
    });
    cars.push(car);
  }
  const phones: {
    readonly near: PhoneKey;
    readonly far: Remote;
    readonly apart: Remote;
    readonly store: MemoryCarStore;
  }[] = [];
  for (const name of names.phones) {
    const store = new MemoryCarStore();
    const common = { store, clock, wallTime, suite, random: seededRandom(name), name };
    const near = new PhoneKey({ ...common, central: radio.central() });
    for (const [index, car] of cars.entries()) {
      const id = `memory-${index + 1}`;
      await clock.until(near.pair({ code: await openWindow(car, 'owner'), id }));
    }
    const far = new Remote({ ...common, central: cloudCentral(cloud.phone(), { clock }) });
    // Where there are two ways each command has an id, by which a car knows what became of it.
    const nowhere = new MemoryRadio({ clock });
    const apart = new Remote({
      ...common,
      central: nowhere.central(),
      cloud: cloudCentral(cloud.phone(), { clock }),
    });
    phones.push({ near, far, apart, store });
  }
  acts.splice(0);
  const close = async (): Promise<void> => {
    for (const { near, far, apart } of phones) {
      await Promise.all([near.close(), far.close(), apart.close()]);
    }
    for (const car of cars) await car.stop();
    await clock.advance(0);
  };
  return { clock, cloud, cars, phones, acts, reports, close };
};
