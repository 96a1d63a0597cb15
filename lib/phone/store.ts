import type { KeyPair } from '../crypto/suite.js';
import type { RoleName } from '../credentials/roles.js';

/** One car this phone has a key for. The phone makes a key of its own for every car. */
export interface PairedCar {
  /** As the car told it in pairing, or as the person renamed it; unique in a store. */
  readonly name: string;
  /** X25519, 32 bytes: the car's identity. */
  readonly carPublicKey: Uint8Array;
  /** X25519: who this phone is to this car. */
  readonly identity: KeyPair;
  /** Ed25519: signs grants. */
  readonly signing: KeyPair;
  /**
   * `pending` from the moment before the car was asked to enrol this phone until the car was heard
   * to have done it: a link lost in between leaves it open whether the key works.
   */
  readonly state: 'pending' | 'paired';
  /** Known once paired. */
  readonly role?: RoleName;
  readonly slot?: number;
}

/** Where a phone keeps its keys. The library has no files of its own: see cli/config/key-store.ts. */
export interface CarStore {
  list(): Promise<readonly PairedCar[]>;
  /**
   * Adds an entry, durably. False, and nothing done, where the name is taken: two phones' programs may
   * pair at the same time.
   */
  add(car: PairedCar): Promise<boolean>;
  /** Adds, or replaces the entry of the same name. Resolves once it is durable. */
  save(car: PairedCar): Promise<void>;
  /** Removes the entry; without effect where there is none. */
  remove(name: string): Promise<void>;
}

/** A store that forgets, for tests and demonstrations. */
export class MemoryCarStore implements CarStore {
  readonly #cars = new Map<string, PairedCar>();

  list(): Promise<readonly PairedCar[]> {
    return Promise.resolve([...this.#cars.values()]);
  }

  add(car: PairedCar): Promise<boolean> {
    if (this.#cars.has(car.name)) return Promise.resolve(false);
    this.#cars.set(car.name, car);
    return Promise.resolve(true);
  }

  save(car: PairedCar): Promise<void> {
    this.#cars.set(car.name, car);
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#cars.delete(name);
    return Promise.resolve();
  }
}
