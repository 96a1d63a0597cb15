import type { CarHost } from '../lib/car/host.js';
import { DEFAULT_SLOTS } from '../lib/credentials/key-slot.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import { nodeSuite } from '../lib/crypto/node.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { NO_TERMS } from '../lib/domain/outcomes.js';
import type { Result } from '../lib/domain/outcomes.js';
import { encodeCommand } from '../lib/native/commands.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { systemRandom } from '../lib/platform/random.js';
import type { Random } from '../lib/platform/random.js';

export const UNLOCK = encodeCommand({ type: 'unlock' });
export const DONE: Result = { outcome: { type: 'done' }, clockLost: false, ...NO_TERMS };

/** As many phones as a car has slots for. */
export const somePhones = (): KeyPair[] =>
  Array.from({ length: DEFAULT_SLOTS }, () => nodeSuite.x25519KeyPair(systemRandom(32)));

/** Each phone in the slot of its place. */
export const keySlots = (phones: readonly KeyPair[]): KeySlot[] =>
  phones.map(({ publicKey }, slot) => ({
    slot,
    publicKey,
    signingKey: systemRandom(32),
    name: `phone ${String(slot)}`,
    role: 'owner',
  }));

/** A car with these keys that does whatever it is told, and pairs with nobody. */
export const hostWith = (identity: KeyPair, keys: readonly KeySlot[]): CarHost => ({
  identity,
  name: 'car',
  keys: () => keys,
  execute: () => Promise.resolve(DONE),
  pairing: {
    window: () => undefined,
    countTry: () => Promise.resolve(false),
    enrol: () => Promise.resolve('closed'),
  },
});

/** A car, and the store of the one phone that it knows. */
export const introduced = async (
  random: Random,
): Promise<{ host: CarHost; store: MemoryCarStore }> => {
  const [car, identity] = [
    nodeSuite.x25519KeyPair(random(32)),
    nodeSuite.x25519KeyPair(random(32)),
  ];
  const store = new MemoryCarStore();
  await store.add({
    name: 'car',
    carPublicKey: car.publicKey,
    identity,
    signing: nodeSuite.ed25519KeyPair(random(32)),
    state: 'paired',
  });
  return { host: hostWith(car, keySlots([identity])), store };
};
