import type { PolicyRefusal } from '../lib/credentials/policy.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { utf8 } from '../lib/platform/bytes.js';
import type { Clock } from '../lib/platform/clock.js';
import type { Random } from '../lib/platform/random.js';
import { MOST_PIN_TRIES, PIN_HASH_BYTES, PIN_SALT_BYTES } from './memory/rights-record.js';
import type { CarRecord } from './memory/record.js';
import type { PinRecord } from './memory/rights-record.js';
import type { RecordStore } from './memory/store.js';

export type PinRefusal = 'pin-needed' | 'pin-wrong' | 'pin-locked';

/** So many tries are free; each further one waits twice as long as the one before. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

const PIN = /^[0-9]{4,8}$/;
const NO_TRIES: PinTries = { owners: 0, others: 0 };

type PinTries = PinRecord['tries'];

export interface PinLockOptions {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: Suite;
}

/**
 * The PIN that the car asks for before it lets somebody drive. A try is counted in the memory before
 * it is checked, and only an owner's key or the card clears the count. Owners have a count of their
 * own, so that nobody else's wrong tries keep them waiting.
 */
export class PinLock {
  readonly #options: PinLockOptions;
  /** On the monotonic clock; after a power cut the whole wait begins again. */
  readonly #lastTryAt: Record<keyof PinTries, number>;

  constructor(options: PinLockOptions) {
    this.#options = options;
    const now = options.clock.now();
    this.#lastTryAt = { owners: now, others: now };
  }

  get isSet(): boolean {
    return this.#options.store.record.pin !== undefined;
  }

  /**
   * Undefined when it is right, or none is needed.
   * @throws PhoneKeyError `sim.storage`; then nothing was checked
   */
  async check(pin: string, key: KeySlot): Promise<PinRefusal | undefined> {
    if (!this.isSet) return undefined;
    if (pin === '') return 'pin-needed';
    const who = key.role === 'owner' ? 'owners' : 'others';
    const counted = await this.#count(who);
    if (typeof counted === 'string') return counted;
    if (counted === undefined) return undefined; // cleared meanwhile
    const { suite } = this.#options;
    if (!suite.equal(hashPin(suite, pin, counted.salt), counted.hash)) return 'pin-wrong';
    // A right one of an owner clears all, another's is only not counted.
    await this.#changeTries((tries) =>
      who === 'owners' ? NO_TRIES : { ...tries, others: Math.max(0, tries.others - 1) },
    );
    return undefined;
  }

  /**
   * Sets another PIN, or none for an empty one, and clears the tries. Gives why not.
   * @param oldPin checked like one to start, where the car has one
   * @param refused asked once the hash is made, which takes its time
   * @throws PhoneKeyError `sim.storage`
   */
  async set(
    pin: string,
    oldPin: string,
    key: KeySlot,
    refused: () => PolicyRefusal | undefined,
  ): Promise<PinRefusal | PolicyRefusal | undefined> {
    if (pin !== '' && !PIN.test(pin)) return 'not-permitted';
    const { store, suite, random } = this.#options;
    for (;;) {
      const checked = store.record.pin?.salt;
      const wrong = await this.check(oldPin, key);
      if (wrong !== undefined) return wrong;
      const salt = random(PIN_SALT_BYTES);
      const hash = hashPin(suite, pin, salt);
      const set = await store.update<PolicyRefusal | 'changed' | undefined>((record) => {
        // Somebody else has set another one meanwhile, of which nobody has asked yet.
        if (record.pin?.salt !== checked) return { value: 'changed' };
        const value = refused();
        if (value !== undefined) return { value };
        const { pin: _, ...rest } = record;
        return {
          record: pin === '' ? rest : { ...rest, pin: { salt, hash, tries: NO_TRIES } },
          erases: true,
          value,
        };
      });
      if (set !== 'changed') return set;
    }
  }

  /**
   * For the person with the card, without the old one.
   * @param refused asked of what is in the memory then
   * @throws PhoneKeyError `sim.storage`
   */
  clear<R>(refused: (record: CarRecord) => R | undefined): Promise<R | undefined> {
    return this.#options.store.update<R | undefined>((record) => {
      const value = refused(record);
      if (value !== undefined || record.pin === undefined) return { value };
      const { pin: _, ...rest } = record;
      return { record: rest, erases: true, value };
    });
  }

  /** @throws PhoneKeyError `sim.storage` */
  async clearTries(): Promise<void> {
    await this.#changeTries(() => NO_TRIES);
  }

  async #count(who: keyof PinTries): Promise<PinRecord | 'pin-locked' | undefined> {
    const { store, clock } = this.#options;
    return store.update<PinRecord | 'pin-locked' | undefined>((record) => {
      const { pin } = record;
      if (pin === undefined) return { value: undefined };
      const tries = pin.tries[who];
      const now = clock.now();
      if (now < this.#lastTryAt[who] + waitAfter(tries)) return { value: 'pin-locked' };
      this.#lastTryAt[who] = now;
      const counted = { ...pin.tries, [who]: Math.min(MOST_PIN_TRIES, tries + 1) };
      return { record: { ...record, pin: { ...pin, tries: counted } }, value: pin };
    });
  }

  #changeTries(change: (tries: PinTries) => PinTries): Promise<void> {
    return this.#options.store.update((record) => {
      const { pin } = record;
      if (pin === undefined) return { value: undefined };
      const tries = change(pin.tries);
      const same = tries.owners === pin.tries.owners && tries.others === pin.tries.others;
      return {
        ...(same ? {} : { record: { ...record, pin: { ...pin, tries } } }),
        value: undefined,
      };
    });
  }
}

/** Milliseconds from the last try to the next, after so many. */
export const waitAfter = (tries: number): number =>
  tries < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - FREE_TRIES));

/** RFC 7914, N = 2^14, r = 8, p = 1. Four digits are guessed from it all the same, only not at once. */
const hashPin = (suite: Suite, pin: string, salt: Uint8Array): Uint8Array =>
  suite.scrypt(utf8(pin), salt, { N: 2 ** 14, r: 8, p: 1 }, PIN_HASH_BYTES);
