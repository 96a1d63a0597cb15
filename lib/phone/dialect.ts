import type { Suite } from '../crypto/suite.js';
import type { Command } from '../domain/commands.js';
import type { FormFactor } from '../domain/names.js';
import type { Enrolment, Result } from '../domain/outcomes.js';
import type { PairingRefusal } from '../domain/refusals.js';
import type { Role } from '../domain/roles.js';
import type { ScanFilter } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Trace } from '../link/message-link.js';
import type { Clock } from '../platform/clock.js';
import type { KeyLog } from '../platform/logger.js';
import type { Random } from '../platform/random.js';
import type { Advertisement, CentralLink } from '../radio/types.js';
import type { Deadline } from './deadline.js';
import type { PairedCar } from './store.js';

/**
 * How a phone speaks with cars. A link that it is given is connected and not opened yet, and is closed by
 * who gave it. Everything throws PhoneKeyError `car.asleep`, `car.silent`, `radio.*`, `protocol.*` or `interrupted`.
 */
export interface PhoneDialect {
  /** The GATT service that cars of this dialect offer. */
  readonly profile: GattProfile;
  /** What their advertisements are known by. */
  readonly filter: ScanFilter;
  /**
   * Gives what tells cars of this dialect by what they advertise; undefined for what is none.
   * @param cars that this phone has a key for, of other dialects too
   */
  recognise(
    cars: readonly PairedCar[],
    suite: Suite,
  ): (heard: Advertisement) => RecognisedCar | undefined;
  /** Opens a link for commands to a car that this phone has a key for. */
  readonly open: OverLink<PairedCar, CarSession>;
  /**
   * Gives what proves to a car that the code on its screen, 8 digits, is known here, and the other way round. What
   * takes its time is done before there is a link, for which a car has little patience.
   * @throws PhoneKeyError also `pairing.*`
   */
  pair?(
    code: string,
    phone: DialectEnvironment,
  ): (link: CentralLink, deadline: Deadline) => Promise<CarToPair>;
  /** Sends a part of a revocation list to a car that this phone need not have a key for; resolves when the car has it. */
  readonly relay?: OverLink<Uint8Array, void>;
}

/** What is done over a link with what it is told, until a deadline. */
export type OverLink<Told, T> = (
  link: CentralLink,
  told: Told,
  phone: DialectEnvironment,
  deadline: Deadline,
) => Promise<T>;

/** What a dialect is told of the phone. */
export interface DialectEnvironment {
  /** The cryptography (default: `defaultSuite`). */
  readonly suite: Suite;
  /** Keys come from it (default: the system's). Another one is for tests alone. */
  readonly random: Random;
  /** Times what is waited for (default: the machine's). */
  readonly clock: Clock;
  /** What the car's owner is to see in the list of keys; 1 to 32 bytes of UTF-8. */
  readonly name: string;
  /** What kind of thing it is; it stands in lists and gives no right. */
  readonly formFactor: FormFactor;
  /** Sees every message that goes over the air, without any key. */
  readonly trace?: Trace | undefined;
  /** Is given what opens each session to whoever recorded it: for development alone. */
  readonly keyLog?: KeyLog | undefined;
}

/** What an advertisement tells this phone of a car. */
export interface RecognisedCar {
  /** Its pairing window is open. */
  readonly pairing: boolean;
  /** The entry of this phone's store, when it is a car it knows. */
  readonly car: PairedCar | undefined;
}

/** A link to a car that takes one command after the other. */
export interface CarSession {
  /** Whether the car has accepted this phone's key, and the link is still there. */
  readonly usable: boolean;
  /**
   * The answer, a refusal too. A command that got none ends the link. What acts MUST NOT be sent once
   * `deadline.checkWish` throws.
   * @throws PhoneKeyError also `car.not-recognised`, `car.outcome-unknown`, `car.too-late`
   */
  ask(command: Command, deadline: Deadline): Promise<Result>;
}

/** A car that has proved who it is, and waits for the keys of this phone. */
export interface CarToPair {
  /** What this phone is to keep of it. */
  readonly car: Pick<PairedCar, 'name' | 'carPublicKey' | 'dialect'>;
  /** That it gives to whoever pairs now. */
  readonly role: Role;
  /**
   * Proves to the car that these keys, which are saved by now, are this phone's: it may have enrolled them
   * even where it does not say so.
   * @returns the key's place, or why it has none
   */
  enrol(
    keys: Pick<PairedCar, 'identity' | 'signing'>,
    deadline: Deadline,
  ): Promise<Enrolment | PairingRefusal>;
}
