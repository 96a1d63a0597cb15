import { Session } from 'node:inspector/promises';
import { openWindow } from '../testing/open-window.js';
import { loadBleno, loadNoble, VirtualAir } from '../air/index.js';
import { SimulatedCar } from '../firmware-sim/index.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { systemClock } from '../lib/platform/clock.js';
import { openBlenoPeripheral } from '../lib/radio/bleno.js';
import { openNobleCentral } from '../lib/radio/noble.js';
import type { Figure } from './measure.js';

/** Product code of this package, as it is built. */
const OURS = /\/dist\/(lib|air|firmware-sim|local|cli)\//;

/** What the engine counted between two calls: functions of ours that ran, the files they are in, and their calls. */
const counted = async (
  session: Session,
): Promise<Record<'files' | 'functions' | 'calls', number>> => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  let files = 0;
  let functions = 0;
  let calls = 0;
  for (const script of result.filter(({ url }) => OURS.test(url))) {
    // The function without a name at offset 0 is the module itself.
    const ran = script.functions
      .filter(({ functionName, ranges }) => functionName !== '' || ranges[0]?.startOffset !== 0)
      .map(({ ranges }) => ranges[0]?.count ?? 0)
      .filter((count) => count > 0);
    if (ran.length > 0) files += 1;
    functions += ran.length;
    calls += ran.reduce((sum, count) => sum + count, 0);
  }
  return { files, functions, calls };
};

/**
 * How long the way of one unlock is: phone and car over the real noble and bleno in one process, from the call
 * to its answer; and of a next command on the same link.
 */
export const walkFigures = async (): Promise<Figure[]> => {
  const session = new Session();
  session.connect();
  const air = new VirtualAir();
  const load = async () => loadBleno(air.controller());
  const car = await SimulatedCar.start({
    name: 'Blue',
    peripheral: await openBlenoPeripheral({ clock: systemClock, load }),
  });
  const central = await openNobleCentral({
    clock: systemClock,
    load: async () => loadNoble(air.controller()),
  });
  const phone = new PhoneKey({ central, store: new MemoryCarStore(), name: 'Ann' });
  try {
    await phone.pair({ code: await openWindow(car) });
    await phone.unlock(); // learns where the car has its characteristics
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await session.post('Profiler.takePreciseCoverage'); // begins from here
    await phone.unlock();
    const first = await counted(session);
    const connection = await phone.connect();
    await connection.unlock();
    await session.post('Profiler.takePreciseCoverage');
    await connection.lock();
    const next = await counted(session);
    await connection.close();
    return Object.entries({ unlock: first, next }).flatMap(([what, counts]) =>
      Object.entries(counts).map(([unit, value]) => ({
        name: `${what}.walk.${unit}`,
        value,
        unit,
      })),
    );
  } finally {
    session.disconnect();
    await phone.close();
    await car.stop();
    air.close();
  }
};
