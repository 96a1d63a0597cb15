import { loadBleno, loadNoble, VirtualAir } from '../air/index.js';
import { loadService } from '../cli/cloud/package.js';
import { SimulatedCar } from '../firmware-sim/index.js';
import { cloudCentral } from '../lib/cloud/index.js';
import { errorMessage } from '../lib/errors.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { Remote } from '../lib/phone/remote.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { systemClock } from '../lib/platform/clock.js';
import { openBlenoPeripheral } from '../lib/radio/bleno.js';
import { openNobleCentral } from '../lib/radio/noble.js';
import { openWindow } from '../testing/open-window.js';
import { Fleet, settle } from '../test/load/cloud/fleet.js';
import type { Household } from '../test/load/cloud/fleet.js';
import { entryOf } from '../test/load/cloud/light-car.js';
import { hasServers, startCloudProcesses } from '../test/load/cloud/service.js';
import type { CloudProcesses } from '../test/load/cloud/service.js';
import { figure, median, perSecond } from './measure.js';
import type { Figure } from './measure.js';

const CARS = Number(process.env['BENCH_CARS'] ?? 1_000);
const UNLOCKS = 100;
const MEASURE_MS = 8_000;
/** Phones that unlock at the same time, each another car. */
const AT_ONCE = 16;
const MOST_TRIES = 5;
const BACK_MS = 180_000;

/** A thousand cars at a cloud of processes on this machine, beside one car over virtual Bluetooth at an instant pace. */
export const cloudFigures = async (): Promise<Figure[]> => {
  try {
    await loadService();
  } catch (error) {
    process.stderr.write(`not measured: ${errorMessage(error)}\n`);
    return [];
  }
  const ble = await bluetooth();
  const figures = [...ble, ...(await through('cloud', false))];
  return hasServers() ? [...figures, ...(await through('cloud.servers', true))] : figures;
};

const bluetooth = async (): Promise<Figure[]> => {
  const air = new VirtualAir();
  const load = async () => loadBleno(air.controller());
  const peripheral = await openBlenoPeripheral({ clock: systemClock, load });
  const car = await SimulatedCar.start({ name: 'Blue', peripheral });
  const central = await openNobleCentral({
    clock: systemClock,
    load: async () => loadNoble(air.controller()),
  });
  const phone = new PhoneKey({ central, store: new MemoryCarStore(), name: 'Ann' });
  try {
    await phone.pair({ code: await openWindow(car) });
    const p50 = await medianMs(() => phone.unlock({ car: 'Blue' }));
    const rate = await perSecond(MEASURE_MS, () => phone.unlock({ car: 'Blue' }));
    return [figure('cloud.ble.unlock.p50_ms', p50, 'ms'), figure('cloud.ble.per_s', rate, '/s')];
  } finally {
    await phone.close();
    await car.stop();
    air.close();
  }
};

const medianMs = async (act: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let n = 0; n < UNLOCKS; n++) {
    const from = performance.now();
    await act();
    times.push(performance.now() - from);
  }
  return median(times);
};

/** Each with a phone of its own, whose radio is the cloud. */
const phonesOf = async (households: readonly Household[]): Promise<readonly Remote[]> =>
  Promise.all(
    households.slice(0, AT_ONCE).map(async ({ client, cars: [car] }) => {
      const store = new MemoryCarStore();
      if (car !== undefined) await store.add(entryOf(car.seed));
      return new Remote({ central: cloudCentral(client), store });
    }),
  );

/** On a busy machine one may come too late: the next is as good. */
const unlock = async (phone: Remote): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      await phone.unlock();
      return;
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
  }
};

const through = async (what: string, servers: boolean): Promise<Figure[]> => {
  const cloud = await startCloudProcesses(servers);
  const households = await settle(cloud.url, CARS);
  const fleet = new Fleet(
    cloud.carUrl,
    households.flatMap(({ cars }) => cars),
  );
  try {
    await fleet.until(CARS, BACK_MS);
    const [first, ...others] = await phonesOf(households);
    if (first === undefined) throw new Error('no phone');
    for (const phone of [first, ...others]) await unlock(phone);
    const p50 = await medianMs(() => unlock(first));
    const alone = await perSecond(MEASURE_MS, () => unlock(first));
    const rates = [first, ...others].map((phone) => perSecond(MEASURE_MS, () => unlock(phone)));
    const together = (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
    return [
      figure(`${what}.unlock.p50_ms`, p50, 'ms'),
      figure(`${what}.per_s`, alone, '/s'),
      figure(`${what}.per_s.${String(AT_ONCE)}_phones`, together, '/s'),
      ...(await recovery(what, cloud, fleet)),
    ];
  } finally {
    await fleet.close();
    await cloud.close();
  }
};

/** From when the broker serves again, after it was killed, until so many of the cars are back. */
const recovery = async (
  what: string,
  { parts }: CloudProcesses,
  fleet: Fleet,
): Promise<Figure[]> => {
  const broker = parts.find(({ name }) => name === 'broker') ?? parts[0];
  await broker?.kill();
  while (fleet.there > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await broker?.start();
  const from = performance.now();
  const times: number[] = [];
  fleet.onChange = (there) => {
    while (times.length < there) times.push((performance.now() - from) / 1000);
  };
  fleet.onChange(fleet.there);
  await fleet.until(CARS, BACK_MS);
  const at = (part: number): number => times[Math.ceil(part * CARS) - 1] ?? NaN;
  return [
    figure(`${what}.recovery.half_s`, at(0.5), 's'),
    figure(`${what}.recovery.99_percent_s`, at(0.99), 's'),
    figure(`${what}.recovery.all_s`, at(1), 's'),
  ];
};
