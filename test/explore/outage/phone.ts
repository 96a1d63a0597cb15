import { nativeScan } from '../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { PhoneDialect } from '../../../lib/phone/dialect.js';
import { KeyRing } from '../../../lib/phone/key-ring.js';
import { Remote } from '../../../lib/phone/remote.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { Central, CentralLink } from '../../../lib/radio/types.js';
import { suite } from '../cast.js';
import type { OutageCar } from './car.js';

/** Phones with all that they do, but without radio and handshake: who has a key has proved it. */

/** Speaks with the car in this process, and shows grants as the native dialect does. */
const dialectOf = (car: () => OutageCar): PhoneDialect => ({
  profile: nativeProfile,
  filter: nativeScan,
  recognise:
    ([known]) =>
    () => ({ pairing: false, car: known }),
  open: async (_, entry, { name }) => {
    let usable = false;
    return {
      get usable() {
        return usable;
      },
      ask: async (command) => {
        const { grant, identity, state } = entry;
        for (let shown = !usable && state === 'pending' ? grant : undefined; ; shown = grant) {
          const grants = shown && { grants: shown, name };
          const answer = car().ask(identity.publicKey, command, grants);
          usable = answer !== undefined;
          if (answer !== undefined) return answer;
          if (shown === grant) throw new PhoneKeyError('car.not-recognised', 'a key of nobody');
        }
      },
    };
  },
});

const LINK: CentralLink = {
  open: async () => undefined,
  send: async () => undefined,
  close: async () => undefined,
} as Partial<CentralLink> as CentralLink;

const CENTRAL: Central = {
  scan: (_, found, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      found({ id: 'car', rssi: -40 });
    }),
  connect: async () => LINK,
  close: async () => undefined,
};

/** A phone for one step: what it keeps is read from `entry` and given back. */
export const withPhone = async (
  { name, entry, now, car }: PhoneAt,
  use: (ring: KeyRing, remote: Remote) => Promise<unknown>,
): Promise<PhoneStep> => {
  const clock = new SimClock();
  const store = new MemoryCarStore();
  await store.add(entry);
  const wallTime = () => now() * 1000 + clock.now();
  const shared = { store, suite, clock, wallTime, random: seededRandom(name) };
  const remote = new Remote({ ...shared, central: CENTRAL, dialects: [dialectOf(car)], name });
  let failure: PhoneKeyError | undefined;
  await clock.until(
    use(new KeyRing(shared), remote).catch((error: unknown) => {
      if (!(error instanceof PhoneKeyError)) throw error;
      failure = error;
    }),
  );
  const entries = await store.list();
  return { entries, failure, seconds: Math.ceil(clock.now() / 1000) };
};

export interface PhoneAt {
  readonly name: string;
  readonly entry: PairedCar;
  readonly now: () => number;
  readonly car: () => OutageCar;
}

export interface PhoneStep {
  /** All that it has then. */
  readonly entries: readonly PairedCar[];
  /** Why it did not do what it was to do. */
  readonly failure: PhoneKeyError | undefined;
  /** That it took. */
  readonly seconds: number;
}
