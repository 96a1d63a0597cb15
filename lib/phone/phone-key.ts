import { PhoneKeyError } from '../errors.js';
import { parsePairingCode } from '../domain/pairing-code.js';
import { nativePhone } from '../native/phone/pair.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import { phoneEnvironment } from './environment.js';
import type { PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import { findCar, overLink } from './finder.js';
import { KeyRing } from './key-ring.js';
import { relay } from './relay.js';
import type { Relayed, RelayOptions } from './relay.js';
import { Remote } from './remote.js';
import type { PairedCar } from './store.js';
import { pairingRefusalError } from '../domain/refusals.js';
import type { CarToPair } from './dialect.js';
import { addUniquely } from './store.js';

export interface PairOptions extends CallOptions {
  /** The 8-digit code on the screen of the car. */
  readonly code: string;
  /** The radio's id of the car (`SeenCar.id`); without it, the nearest car that waits for pairing. */
  readonly id?: string | undefined;
}

/** A phone that is a key: a Remote that pairs and relays, with a ring of keys to share and take back. */
export class PhoneKey extends Remote {
  readonly ring: KeyRing;
  readonly #environment: PhoneEnvironment;

  constructor(options: PhoneKeyOptions) {
    const environment = phoneEnvironment(options, [nativePhone]);
    super(environment);
    this.ring = new KeyRing(environment);
    this.#environment = environment;
  }

  /**
   * Pairs with a car whose pairing window is open.
   * @throws PhoneKeyError `usage.invalid`, `car.not-found`, `pairing.closed`, `pairing.wrong-code`,
   *   `pairing.slots-full`, `car.outcome-unknown` (the car may have enrolled this phone)
   */
  async pair(options: PairOptions): Promise<PairedCar> {
    const code = parsePairingCode(options.code);
    const environment = this.#environment;
    const deadline = Deadline.of(environment.clock, options);
    let heard = false;
    const seen = await findCar(
      environment,
      await this.ring.cars(),
      {
        wants: ({ id, dialect, pairing }) => {
          if (dialect.pair === undefined || (options.id !== undefined && id !== options.id))
            return false;
          heard = true;
          return pairing;
        },
        first: options.id !== undefined,
        notFound: () =>
          heard
            ? new PhoneKeyError('pairing.closed', 'the pairing window of the car is closed')
            : new PhoneKeyError('car.not-found', 'no car was heard'),
      },
      deadline,
    );
    return overLink(environment, seen, deadline, async (link) => {
      const shown = await seen.dialect.pair?.(link, code, environment, deadline);
      if (shown === undefined) throw new PhoneKeyError('internal', 'nobody can pair with this car');
      return enrolAt(environment, shown, link.attHandle, deadline);
    });
  }

  /**
   * Relays revocation lists of owners to their cars: to those this phone has a key for now, or with its next
   * command there; what is for none of them is handed to all cars in range.
   * @param uris `phonekey:notice/...`
   * @throws PhoneKeyError `usage.invalid`; where there is no car to hand them to, as `connect`
   */
  relay(uris: readonly string[], options: RelayOptions = {}): Promise<Relayed> {
    return relay(this.#environment, uris, options, (car, { timeoutMs, signal }) =>
      this.deliver({ car: car.name, cars: [car], timeoutMs, signal }),
    );
  }
}

/**
 * Gets a key of this phone enrolled, in whatever dialect: saved before the car is asked, because a key
 * the car has and the phone has not would be lost.
 * @param attHandle where the link has found the car's characteristics
 */
const enrolAt = async (
  environment: PhoneEnvironment,
  shown: CarToPair,
  attHandle: number | undefined,
  deadline: Deadline,
): Promise<PairedCar> => {
  const { store, log } = environment;
  const { entry: pending, fresh } = await savedEntry(environment, shown.car);
  const done = await shown.enrol(pending, deadline);
  if (typeof done === 'string') {
    // Only what this very attempt made: an earlier one may have got through. What the car said counts more.
    if (fresh) {
      await store.remove(pending.name).catch((error: unknown) => {
        log.warn('the refused key stays, it could not be removed', { error: String(error) });
      });
    }
    throw pairingRefusalError(done);
  }
  try {
    // A grant that it had is of no matter any more.
    return await store.update(pending.name, ({ grant: _, ...now }) => {
      const car: PairedCar = { ...now, attHandle, state: 'paired', ...done };
      return { car, value: car };
    });
  } catch (cause) {
    // The key is there and works; the first command makes up for it.
    throw new PhoneKeyError(
      cause instanceof PhoneKeyError ? cause.code : 'internal',
      'the car has enrolled this phone, but slot and role could not be saved',
      { cause, mayHaveSucceeded: true },
    );
  }
};

/**
 * The entry of a car paired before keeps its keys, so that pairing again cannot lose them; only its
 * slot may be another one soon. A new car gets a new entry.
 */
const savedEntry = async (
  { suite, random, store }: PhoneEnvironment,
  { name, ...shown }: CarToPair['car'],
): Promise<{ readonly entry: PairedCar; readonly fresh: boolean }> => {
  const cars = await store.list();
  const known = cars.find(
    (car) => car.dialect === shown.dialect && suite.equal(car.carPublicKey, shown.carPublicKey),
  );
  if (known !== undefined) {
    const entry = await store.update(known.name, ({ slot: _, ...car }) => ({ car, value: car }));
    return { entry, fresh: false };
  }
  const keys = {
    ...shown,
    identity: suite.x25519KeyPair(random(32)),
    signing: suite.ed25519KeyPair(random(32)),
    state: 'pending',
  } as const;
  return { entry: await addUniquely(store, name, keys), fresh: true };
};
