import { AirDecoder, loadBleno, loadNoble, VirtualAir } from '../air/index.js';
import type { NobleHandle } from '../air/index.js';
import { CarEndpoint } from '../lib/car/endpoint.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { SimClock } from '../lib/platform/sim-clock.js';
import { openBlenoPeripheral } from '../lib/radio/bleno.js';
import { openNobleCentral } from '../lib/radio/noble.js';
import { figure, median } from './measure.js';
import type { Figure } from './measure.js';
import { introduced } from './setup.js';

const INTERVALS_MS = [7.5, 30];
/** Each begins at another moment of the car's advertising. */
const UNLOCKS = 11;

/**
 * What a person waits for between the connection and the car's Hello: requests of ATT, and the time that
 * they take on paced air, with the real noble and bleno on simulated time. First with nothing remembered
 * of the car, then as always.
 */
export const gattFigures = async (): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const intervalMs of INTERVALS_MS) {
    const [first, ...next] = await unlocks(intervalMs);
    if (first === undefined) throw new Error('no unlock was heard');
    if (figures.length === 0) {
      const requests = median(next.map((each) => each.requests));
      figures.push(figure('gatt.round_trips_to_hello', requests, ''));
      figures.push(figure('gatt.round_trips_to_hello.first', first.requests, ''));
    }
    const name = `gatt.ms_to_hello.at_${String(intervalMs).replace('.', '_')}_ms`;
    figures.push(figure(name, median(next.map(({ ms }) => ms)), 'ms'));
    figures.push(figure(`${name}.first`, first.ms, 'ms'));
  }
  return figures;
};

interface Wait {
  /** Each of them waits for its answer. */
  readonly requests: number;
  readonly ms: number;
}

/** A phone that knows nothing of the car but its keys unlocks it again and again. */
const unlocks = async (intervalMs: number): Promise<Wait[]> => {
  const clock = new SimClock();
  const random = seededRandom('gatt');
  const air = new VirtualAir({ clock, pace: 'real', seed: 'gatt' });
  const waits = listen(air);
  const { host, store } = await introduced(random);
  const load = async () => loadBleno(air.controller());
  const peripheral = await clock.until(openBlenoPeripheral({ clock, load }));
  const car = new CarEndpoint({ host, peripheral, clock, random });
  await clock.until(car.start());
  const central = await clock.until(
    openNobleCentral({
      clock,
      load: async () => connectingAt(intervalMs, loadNoble(air.controller())),
    }),
  );
  const phone = new PhoneKey({ central, store, clock, random });
  for (let i = 0; i < UNLOCKS; i++) {
    await clock.until(phone.unlock());
    await clock.advance(137);
  }
  await clock.until(phone.close());
  await clock.until(car.stop());
  air.close();
  return waits;
};

/** noble leaves the choice from 7.5 to 22.5 ms to the controller, which takes the shortest. */
const connectingAt = (intervalMs: number, handle: NobleHandle): NobleHandle => {
  const noble = handle.noble as unknown as { connect(id: string, parameters?: object): void };
  const connect = noble.connect.bind(noble);
  const interval = intervalMs / 1.25;
  noble.connect = (id) => connect(id, { minInterval: interval, maxInterval: interval });
  return handle;
};

const NOTIFICATION = 0x1b;
const WRITE_COMMAND = 0x52;

/** From each connection on the air to the first notification over it. */
const listen = (air: VirtualAir): Wait[] => {
  const waits: Wait[] = [];
  const decoder = new AirDecoder();
  let connection: { readonly at: number; requests: number } | undefined;
  air.tap((heard) => {
    for (const { event } of decoder.push(heard)) {
      if (event.type === 'connected') connection = { at: event.time, requests: 0 };
      if (event.type !== 'att' || connection === undefined) continue;
      if (event.opcode === NOTIFICATION) {
        waits.push({ requests: connection.requests, ms: event.time - connection.at });
        connection = undefined;
      } else if (event.from === 'central' && event.opcode !== WRITE_COMMAND) {
        connection.requests++;
      }
    }
  });
  return waits;
};
