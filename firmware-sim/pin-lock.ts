import type { PolicyRefusal } from '../lib/credentials/policy.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { utf8 } from '../lib/platform/bytes.js';
import type { Clock } from '../lib/platform/clock.js';
import type { Random } from '../lib/platform/random.js';
import type { CarRecord } from './memory/record.js';
import { PIN_HASH_BYTES, PIN_SALT_BYTES } from './memory/rights-record.js';
import type { PinRecord } from './memory/rights-record.js';
import type { RecordStore } from './memory/store.js';
import { beginTries, concludeTry, countTry, NO_TRIES, triesOf, withTries } from './pin-tries.js';
import type { LastTries, PinRefusal } from './pin-tries.js';

const PIN = /^[0-9]{4,8}$/;

export interface PinLockOptions {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: Suite;
}

/**
 * The PIN that the car asks for before it lets somebody drive. A try is counted in the memory before
 * it is checked, one after the other, and only an owner's key or the card clears the count (pin-tries.ts).
 */
export class PinLock {
  readonly #options: PinLockOptions;
  #lastTries: LastTries;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PinLockOptions) {
    this.#options = options;
    this.#lastTries = beginTries(options.clock.now());
  }

  get isSet(): boolean {
    return this.#options.store.record.pin !== undefined;
  }

  /**
   * Undefined when it is right, or none is needed.
   * @throws PhoneKeyError `sim.storage`; then nothing was checked
   */
  check(pin: string, key: KeySlot): Promise<PinRefusal | undefined> {
    const refusal = this.#turn.then(() => this.#check(pin, key));
    this.#turn = refusal.catch(() => undefined);
    return refusal;
  }

  async #check(typed: string, key: KeySlot): Promise<PinRefusal | undefined> {
    const { clock, suite } = this.#options;
    const who = triesOf(key);
    const counted = await this.#change<PinRecord | PinRefusal>((pin) => {
      const tried = countTry(pin, this.#lastTries, who, typed !== '', clock.now());
      if (typeof tried === 'string') return { pin, value: tried };
      this.#lastTries = tried.lastTries;
      return { pin: tried.pin, value: tried.pin };
    });
    if (counted === undefined || typeof counted === 'string') return counted;
    const right = suite.equal(hashPin(suite, typed, counted.salt), counted.hash);
    return this.#change((pin) => {
      const { refusal: value, ...concluded } = concludeTry(pin, counted, who, right);
      return { ...concluded, value };
    });
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
    await this.#change((pin) => ({ pin: withTries(pin, NO_TRIES), value: undefined }));
  }

  /** Undefined where there is none. */
  #change<T>(
    change: (pin: PinRecord) => { readonly pin: PinRecord; readonly value: T },
  ): Promise<T | undefined> {
    return this.#options.store.update<T | undefined>((record) => {
      if (record.pin === undefined) return { value: undefined };
      const { pin, value } = change(record.pin);
      return { record: pin === record.pin ? undefined : { ...record, pin }, value };
    });
  }
}

/** RFC 7914, N = 2^14, r = 8, p = 1. Four digits are guessed from it all the same, only not at once. */
const hashPin = (suite: Suite, pin: string, salt: Uint8Array): Uint8Array =>
  suite.scrypt(utf8(pin), salt, { N: 2 ** 14, r: 8, p: 1 }, PIN_HASH_BYTES);
