import { expect } from '@jest/globals';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { bareUuid } from '../../../lib/link/gatt-profile.js';
import type { Declaration } from '../../../lib/radio/gatt-row.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type {
  Advertisement,
  Central,
  CentralLink,
  ConnectOptions,
} from '../../../lib/radio/types.js';
import { FakeNoble, FakePeripheral } from './fake-noble.js';
import { outcome } from './outcome.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeScan } from '../../../lib/native/advertisement.js';

/** Lets the fake answer as many times as one operation asks. */
export const settle = async (clock: SimClock): Promise<void> => {
  for (let turn = 0; turn < 8; turn++) await clock.advance(0);
};

export const open = async (noble = new FakeNoble()) => {
  const clock = new SimClock();
  const opened = outcome(openNobleCentral({ load: noble.load, clock }));
  await clock.advance(0);
  if (opened.value === undefined) throw new Error('the central did not open');
  return { noble, clock, central: opened.value };
};

export const heard = async (central: Central, clock: SimClock, peripheral: FakePeripheral) => {
  const stop = new AbortController();
  const found: Advertisement[] = [];
  const scan = outcome(central.scan([nativeScan], (each) => found.push(each), stop.signal));
  await clock.advance(0);
  peripheral.noble.emit('discover', peripheral);
  stop.abort();
  await clock.advance(0);
  expect(scan).toEqual({ done: true });
  const [advertisement] = found;
  if (advertisement === undefined) throw new Error('nothing was found');
  return advertisement;
};

export const connect = async (options?: ConnectOptions, declarations?: Declaration[]) => {
  const { noble, clock, central } = await open();
  const peripheral = new FakePeripheral(noble);
  peripheral.declarations = declarations;
  const advertisement = await heard(central, clock, peripheral);
  const attempt = outcome(central.connect(advertisement, nativeProfile, options));
  await settle(clock);
  return { noble, clock, central, peripheral, advertisement, attempt };
};

export const linked = async (declarations?: Declaration[]) => {
  const { attempt, ...rest } = await connect({}, declarations);
  await rest.clock.advance(0);
  if (attempt.value === undefined) throw attempt.error ?? new Error('no link');
  const link: CentralLink = attempt.value;
  const got: Uint8Array[] = [];
  const closed: string[] = [];
  const handlers = {
    data: (chunk: Uint8Array) => got.push(chunk),
    closed: (reason: string) => closed.push(reason),
  };
  return { ...rest, link, got, closed, handlers };
};

/** Of a car whose characteristics are in a row. */
export const declarationsAt = (first: number): Declaration[] =>
  [
    { uuid: nativeProfile.toCar.uuid, at: first, properties: 0x0c },
    { uuid: nativeProfile.fromCar.uuid, at: first + 2, properties: 0x10 },
    { uuid: nativeProfile.info.uuid, at: first + 5, properties: 0x02 },
  ].map(({ uuid, at, properties }) => ({
    uuid: bareUuid(uuid),
    properties,
    startHandle: at,
    valueHandle: at + 1,
  }));
