import { CarEndpoint } from '../lib/car/endpoint.js';
import type { CarHost } from '../lib/car/host.js';
import { DONE } from '../lib/domain/outcomes.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import { generateEd25519, generateX25519 } from '../lib/crypto/index.js';
import { nodeSuite } from '../lib/crypto/node.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { systemRandom } from '../lib/platform/random.js';
import { MemoryRadio } from '../lib/radio/memory-radio.js';
import type { TraceEvent } from '../lib/link/message-link.js';
import { figure } from './measure.js';
import type { Figure } from './measure.js';

/** Bytes and round trips of an unlock, counted on the link: frames with their length prefixes. */
export const byteFigures = async (): Promise<Figure[]> => {
  const radio = new MemoryRadio();
  const car = generateX25519(nodeSuite, systemRandom);
  const identity = generateX25519(nodeSuite, systemRandom);
  const endpoint = new CarEndpoint({
    host: hostWith(car, identity.publicKey),
    peripheral: radio.peripheral(),
  });
  await endpoint.start();
  const store = new MemoryCarStore();
  await store.add({
    name: 'car',
    carPublicKey: car.publicKey,
    identity,
    signing: generateEd25519(nodeSuite, systemRandom),
    state: 'paired',
  });
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
  return [
    figure('unlock.first.bytes', sum(first), 'B'),
    figure('unlock.first.round_trips', asked(first), ''),
    figure('command.next.bytes', sum(next), 'B'),
    figure('command.next.round_trips', asked(next), ''),
  ];
};

export const sum = (events: readonly TraceEvent[]): number =>
  events.reduce((total, { bytes }) => total + bytes, 0);

/** Each message to the car waits for one from it: the subscription itself brings the challenge. */
export const asked = (events: readonly TraceEvent[]): number =>
  events.filter(({ direction }) => direction === 'to-car').length;

export const hostWith = (identity: CarHost['identity'], phonePublicKey: Uint8Array): CarHost => {
  const key: KeySlot = {
    slot: 0,
    publicKey: phonePublicKey,
    signingKey: new Uint8Array(32),
    name: 'phone',
    role: 'owner',
  };
  return {
    identity,
    name: 'car',
    keys: () => [key],
    execute: () => Promise.resolve({ outcome: DONE, clockLost: false, epoch: 0 }),
    pairing: {
      window: () => undefined,
      countTry: () => Promise.resolve(false),
      enrol: () => Promise.resolve('closed'),
    },
  };
};
