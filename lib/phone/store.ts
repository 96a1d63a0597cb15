import type { KeyPair } from '../crypto/suite.js';
import type { FormFactor } from '../domain/names.js';
import type { GrantTerms } from '../credentials/grant.js';
import type { RevocationList } from '../credentials/revocation-list.js';
import type { Refusal } from '../domain/refusals.js';
import type { Role } from '../domain/roles.js';
import { PhoneKeyError } from '../errors.js';
import { check, needed, text } from '../platform/check.js';
import { toHex } from '../platform/bytes.js';
import { checkName } from '../domain/names.js';

/** One car this phone has a key for. The phone makes a key of its own for every car. */
export interface PairedCar {
  /** As the car told it in pairing, or as the person renamed it; unique in a store. */
  readonly name: string;
  /** Which dialect it was paired in; none: the native one. */
  readonly dialect?: string;
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
  /**
   * This phone asked the car to pair, and has not heard what came of it: slot and role may be others by now. Gone
   * once the car has told them, or that this is no owner's key.
   */
  readonly unconfirmed?: true;
  /** Known once paired; of a granted key, what the grant says. */
  readonly role?: Role;
  /** The key's place in the car, 0 to 255; none of a granted key that was never used. */
  readonly slot?: number;
  /** The car's count of re-keyings, as it told an owner's phone; none: 0. */
  readonly epoch?: number;
  /**
   * By how many seconds the car's clock was ahead of this phone's when the car last told an owner's phone the
   * time; negative: behind. None: it has not.
   */
  readonly clockOffset?: number;
  /** Of the newest removal, as the car told an owner's phone: grants are to be dated later. Seconds since 1970. */
  readonly mark?: number;
  /** What this owner signed at or before it is void, as the car told. Seconds since 1970. */
  readonly floor?: number;
  /**
   * The chain of grants by which this phone has its key (credentials/grant.ts); none for one that was
   * paired at the car. It is shown to the car while `pending`, and is what can be delegated on.
   */
  readonly grant?: Uint8Array;
  /** The grant came as `HeldGrant.relayed` says. */
  readonly relayed?: true;
  /** Further grants to the same key, in the order in which they are shown: phone/grants.ts. */
  readonly otherGrants?: readonly HeldGrant[];
  /** What the car is to call this phone when it shows its grant; none: as PhoneKeyOptions say. */
  readonly ownName?: string;
  /** And what kind of thing has the key; none: as PhoneKeyOptions say. */
  readonly ownFormFactor?: FormFactor;
  /** Where its characteristics were when it last proved itself: `attHandle` of radio/types.ts. */
  readonly attHandle?: number | undefined;
  /** What this phone has granted to others, newest last. */
  readonly shared?: readonly SharedKey[];
  /** An owner's last revocation list to the car: its number is never used again. */
  readonly revocationList?: OwnRevocationList;
  /** Parts of revocation lists that the car has not had yet, this phone's own and those of others. */
  readonly outbox?: readonly OutboxEntry[];
  /** Commands of this phone that had no answer, oldest first: phone/wishes.ts. */
  readonly wishes?: readonly Wish[];
  /** What this phone knows of the car for the mailbox in the cloud; none where there is no such thing. */
  readonly mail?: CarMail;
}

/** Of the mailbox in the cloud, for one car: phone/mailbox.ts. */
export interface CarMail {
  /** The cloud's id of the car, 32 hex digits, since it was recognised there: while it is away it is not. */
  readonly car?: string;
  /** Of parts of revocation lists that the car has answered: hex, the first 8 bytes of SHA-512; the newest last. */
  readonly answered?: readonly string[];
  /** Grants of this phone that wait to be left there. */
  readonly grants?: readonly MailedGrant[];
}

/** Of so many parts a phone remembers that the car has answered them. */
export const MOST_ANSWERED = 128;

/** So many grants wait to be left in the mailbox for one car. */
export const MOST_MAILED = 16;

/** A grant for the phones of an account of the cloud. */
export interface MailedGrant {
  /** Name of the account, 1 to 64 characters. */
  readonly account: string;
  /** A chain, as it was signed. */
  readonly grant: Uint8Array;
}

/** A command that the car may have carried out, or may yet, and nobody knows. */
export interface Wish {
  /** Of the command, 8 bytes. */
  readonly id: Uint8Array;
  /** When it was sent, by this phone's clock; seconds since 1970. */
  readonly since: number;
}

/** A grant that is kept beside the one that counts. */
export interface HeldGrant {
  /** A chain, as it came. */
  readonly grant: Uint8Array;
  /** The car took the key by it, and has taken it by no other since. */
  readonly taken?: true;
  /**
   * It came from the cloud's mailbox, and the car has not taken it: who runs the cloud could have made it, since only
   * the car can tell who signed the first link.
   */
  readonly relayed?: true;
}

/** This phone remembers so many grants; those that ended first go first. */
export const MOST_SHARED = 500;

/** A grant that this phone has signed. Times are seconds since 1970. */
export interface SharedKey extends Omit<GrantTerms, 'epoch' | 'ownerSlot'> {
  /** Of the key that it was for: hex, the first 8 bytes of SHA-512. */
  readonly fingerprint: string;
  /** What the person calls it. */
  readonly name?: string;
  /** The `notAfter` of an earlier grant to the same key, where that is later. */
  readonly lastEnd?: number;
}

/** In one epoch no number comes twice, and none of a later number is dated earlier where that can be. */
export type OwnRevocationList = Omit<RevocationList, 'ownerSlot' | 'epoch'>;

/** A part of a revocation list that waits for its car. */
export interface OutboxEntry {
  /** As in ToCar, 148 to 2020 bytes. */
  readonly part: Uint8Array;
  /** Signed by this phone, whose next revocation list replaces it. */
  readonly own: boolean;
  /** Why the car did not take it when it was asked last; of this phone's own. */
  readonly refused?: ListRefusal;
}

/** Why a car does not take a part of a list. What is dated ahead it takes later. */
export const LIST_REFUSALS = [
  'revocation-list-old',
  'revocation-list-invalid',
  'own-key',
  'dated-ahead',
] as const satisfies readonly Refusal[];

/** One of them. */
export type ListRefusal = (typeof LIST_REFUSALS)[number];

/** A fresh key that this phone has shown to somebody, and that waits for a grant. */
export interface Offer extends Pick<PairedCar, 'identity' | 'signing'> {
  /** Seconds since 1970. */
  readonly madeAt: number;
}

/** A phone keeps no more offers than this: the oldest goes when another one is made. */
export const MOST_OFFERS = 64;

/** What an update wants: the entry as it is to be (the same object: nothing changes), and what to tell the caller. */
export interface CarChange<T> {
  /** The entry as it is to be; with another name it moves. */
  readonly car: PairedCar;
  /** What `update` resolves to. */
  readonly value: T;
}

/** For `CarStore.update`, whose value is the entry as it is then. */
export const to =
  (change: (now: PairedCar) => PairedCar) =>
  (now: PairedCar): CarChange<PairedCar> => {
    const car = change(now);
    return { car, value: car };
  };

/** Where a phone keeps its keys. The library has no files of its own: see cli/config/key-store.ts. */
export interface CarStore {
  /** All entries, in the order in which they were added. */
  list(): Promise<readonly PairedCar[]>;
  /**
   * Adds an entry, durably. False, and nothing done, where the name is taken: two phones' programs may
   * pair at the same time.
   */
  add(car: PairedCar): Promise<boolean>;
  /**
   * Replaces the entry by what `change` makes of it as it is now, durably: one at a time, also where
   * several programs have the store. Nothing is written when `change` gives the same object back.
   * Resolves to its `value`.
   * @throws PhoneKeyError `keys.unknown-car`, and what `change` throws
   */
  update<T>(name: string, change: (car: PairedCar) => CarChange<T>): Promise<T>;
  /** Removes the entry. False where there is none. */
  remove(name: string): Promise<boolean>;
  /** Oldest first. */
  offers(): Promise<readonly Offer[]>;
  /** Resolves once it is durable; keeps the newest MOST_OFFERS. */
  addOffer(offer: Offer): Promise<void>;
  /**
   * Forgets an offer, durably.
   * @param publicKey X25519, 32 bytes; without effect where there is none
   */
  removeOffer(publicKey: Uint8Array): Promise<void>;
}

export const unknownCar = (name: string): PhoneKeyError =>
  new PhoneKeyError('keys.unknown-car', `no car named "${name}" is paired`);

/** A store that forgets, for tests and demonstrations. */
export class MemoryCarStore implements CarStore {
  readonly #cars = new Map<string, PairedCar>();
  readonly #offers = new Map<string, Offer>();

  async list(): Promise<readonly PairedCar[]> {
    return [...this.#cars.values()];
  }

  async add(car: PairedCar): Promise<boolean> {
    const free = !this.#cars.has(car.name);
    if (free) this.#cars.set(car.name, car);
    return free;
  }

  async remove(name: string): Promise<boolean> {
    return this.#cars.delete(name);
  }

  async update<T>(name: string, change: (car: PairedCar) => CarChange<T>): Promise<T> {
    const before = this.#cars.get(name);
    if (before === undefined) throw unknownCar(name);
    const { car, value } = change(before);
    this.#cars.set(car.name, car);
    return value;
  }

  async offers(): Promise<readonly Offer[]> {
    return [...this.#offers.values()];
  }

  async addOffer(offer: Offer): Promise<void> {
    this.#offers.set(toHex(offer.identity.publicKey), offer);
    for (const key of [...this.#offers.keys()].slice(0, -MOST_OFFERS)) this.#offers.delete(key);
  }

  async removeOffer(publicKey: Uint8Array): Promise<void> {
    this.#offers.delete(toHex(publicKey));
  }
}

/**
 * A name that a person chose: 1 to 32 bytes of UTF-8, no control characters.
 * @param what it is for: `a phone`
 * @throws PhoneKeyError `usage.invalid`
 */
export const chosenName = (what: string, name: string): string => {
  check(`a name for ${what}`, name, needed(text));
  try {
    return checkName(name);
  } catch (cause) {
    throw new PhoneKeyError('usage.invalid', `not a name for ${what}`, {
      cause,
      hint: 'Choose a name of 1 to 32 bytes without control characters.',
    });
  }
};

/** Adds a car under this name, or with a number where it is taken. */
export const addUniquely = async (
  store: CarStore,
  name: string,
  car: Omit<PairedCar, 'name'>,
): Promise<PairedCar> => {
  for (let n = 1; ; n++) {
    const entry = { ...car, name: n === 1 ? name : `${name} ${String(n)}` };
    if (await store.add(entry)) return entry;
  }
};
