import { CarEndpoint } from '../lib/car/endpoint.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { systemRandom } from '../lib/platform/random.js';
import { MemoryRadio } from '../lib/radio/memory.js';
import type { TraceEvent } from '../lib/link/message-link.js';
import { figure } from './measure.js';
import { introduced } from './setup.js';

/** Bytes and round trips of an unlock, counted on the link: frames with their length prefixes. */
export const byteFigures = async () => {
  const radio = new MemoryRadio();
  const { host, store } = await introduced(systemRandom);
  const endpoint = new CarEndpoint({ host, peripheral: radio.peripheral() });
  await endpoint.start();
  const seen: TraceEvent[] = [];
  const phone = new PhoneKey({
    central: radio.central(),
    store,
    trace: (event) => seen.push(event),
  });
  const connection = await phone.connect();
  await connection.unlock();
  const first = seen.splice(0);
  await connection.unlock();
  const next = seen.splice(0);
  await connection.close();
  await endpoint.stop();
  return [...trafficFigures('unlock.first', first), ...trafficFigures('command.next', next)];
};

/** Each message to the car waits for one from it: the subscription itself brings the challenge. */
export const trafficFigures = (what: string, events: readonly TraceEvent[]) => {
  const bytes = events.reduce((total, event) => total + event.bytes, 0);
  const asked = events.filter(({ direction }) => direction === 'to-car').length;
  return [figure(`${what}.bytes`, bytes, 'B'), figure(`${what}.round_trips`, asked, '')];
};
