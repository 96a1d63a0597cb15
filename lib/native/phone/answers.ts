import { PhoneKeyError } from '../../errors.js';
import { toHex } from '../../platform/bytes.js';
import { NO_END } from '../../credentials/grant.js';
import { formFactorName } from '../../credentials/form-factors.js';
import type { FormFactorName } from '../../credentials/form-factors.js';
import { roleName } from '../../credentials/roles.js';
import type { RoleName } from '../../credentials/roles.js';
import { closuresIn } from '../closures.js';
import type { Closure } from '../closures.js';
import { RefusalReason } from '../schema/gen/phonekey_pb.js';
import type { Key, Result } from '../schema/gen/phonekey_pb.js';

/** What a car's Result means to the person who asked. */

/** One enrolled key, as an owner sees it. */
export interface KeyEntry {
  readonly slot: number;
  readonly name: string;
  /** What kind of thing has it, by its own words. */
  readonly formFactor: FormFactorName | 'unknown';
  readonly role: RoleName | 'none';
  /** Hex, the first 8 bytes of SHA-512 of the public key. */
  readonly fingerprint: string;
  /** The key of this phone. */
  readonly own: boolean;
  /** An owner's notice says so: suspended or revoked. */
  readonly suspended: boolean;
  /** The first second in which it does not hold any more, since 1970; null: no end. */
  readonly notAfter: number | null;
  /** null: no limit. */
  readonly usesLeft: number | null;
  /** Slot of the owner with whom its chain of grants begins; null: it was paired at the car. */
  readonly grantedBy: number | null;
}

export interface CarStatus {
  readonly locked: boolean;
  readonly open: readonly Closure[];
  /** Seconds for which driving is authorised; 0 when it is not. */
  readonly driveSecondsLeft: number;
  /** km/h, while driving is authorised; null: no limit. */
  readonly speedLimit: number | null;
  /** It asks for a PIN to start. */
  readonly pinNeeded: boolean;
  /** It does not know the time, and refuses all keys with limits. */
  readonly clockLost: boolean;
}

/**
 * For commands that act: an answer that is neither yes nor no leaves open whether the car did it.
 * @throws PhoneKeyError `car.not-permitted`, `car.refused`, `protocol.malformed`
 */
export const expectDone = (result: Result): void => {
  if (result.outcome.case !== 'done') throw unexpected(result, true);
};

/** @throws as `expectDone` */
export const expectStatus = (result: Result): CarStatus => {
  if (result.outcome.case !== 'status') throw unexpected(result);
  const { locked, openClosures, driveSecondsLeft, speedLimit, pinNeeded } = result.outcome.value;
  return {
    locked,
    open: closuresIn(openClosures),
    driveSecondsLeft,
    speedLimit: speedLimit === 0 ? null : speedLimit,
    pinNeeded,
    clockLost: result.clockLost,
  };
};

/** @throws as `expectDone` */
export const expectKeys = (result: Result): KeyEntry[] => {
  if (result.outcome.case !== 'keys') throw unexpected(result);
  return result.outcome.value.keys.map(keyEntry);
};

const keyEntry = (key: Key): KeyEntry => {
  const { slot, name, formFactor, role, fingerprint, own, suspended } = key;
  const { notAfter, usesLeft, grantedBy } = key;
  return {
    slot,
    name,
    formFactor: formFactorName(formFactor),
    role: roleName(role),
    fingerprint: toHex(fingerprint),
    own,
    suspended,
    notAfter: notAfter === 0 || notAfter === NO_END ? null : notAfter,
    usesLeft: usesLeft === 0 ? null : usesLeft - 1,
    grantedBy: grantedBy === 0 ? null : grantedBy - 1,
  };
};

export const isRefusal = ({ outcome }: Result, reason: RefusalReason): boolean =>
  outcome.case === 'refusal' && outcome.value.reason === reason;

const unexpected = ({ outcome }: Result, mayHaveSucceeded = false): PhoneKeyError =>
  outcome.case === 'refusal'
    ? refused(outcome.value.reason)
    : new PhoneKeyError('protocol.malformed', 'the car answered something else than was asked', {
        mayHaveSucceeded,
      });

const refused = (reason: RefusalReason): PhoneKeyError => {
  switch (reason) {
    case RefusalReason.NOT_PERMITTED:
      return new PhoneKeyError('car.not-permitted', 'this key may not do that');
    case RefusalReason.UNKNOWN_COMMAND:
      return carRefused('the car does not know this command', 'Update the car.');
    case RefusalReason.DOOR_OPEN:
      return carRefused('a door is open', 'Close all doors, then try again.', true);
    case RefusalReason.DRIVING:
      return carRefused('the car is being driven', 'Park the car first.', true);
    case RefusalReason.NO_SUCH_KEY:
      return carRefused('there is no key in that slot', 'See the slots: key keys list.');
    case RefusalReason.LAST_OWNER:
      return carRefused(
        'this is the last owner key',
        'Pair another owner first, or reset the car from inside: key car reset.',
      );
    case RefusalReason.SUSPENDED:
      return carRefused(
        'this key is suspended or revoked',
        'Ask an owner (another one, if you are one) to give it back: key resume.',
      );
    case RefusalReason.NOT_YET:
      return carRefused('this key does not hold yet', 'Wait until it begins: key cars.', true);
    case RefusalReason.EXPIRED:
      return carRefused('this key has expired', 'Ask the owner for a new grant: key share.');
    case RefusalReason.USED_UP:
      return carRefused('this key is used up', 'Ask the owner for a new grant: key share.');
    case RefusalReason.LEASE_OVER:
      return carRefused(
        'the car has not heard from its owner for too long; this key unlocks, but does not drive',
        'Get a notice of the owner and carry it to the car: key carry.',
      );
    case RefusalReason.CLOCK_LOST:
      return carRefused(
        'the car does not know the time, so it takes no key with limits',
        'The key of an owner brings the time: let one use the car.',
      );
    case RefusalReason.PIN_NEEDED:
      return carRefused('the car asks for its PIN', 'Start with it: key start --pin -.');
    case RefusalReason.PIN_WRONG:
      return carRefused(
        'the PIN is wrong',
        'Type it again; each wrong one makes the wait longer.',
        true,
      );
    case RefusalReason.PIN_LOCKED:
      return carRefused(
        'too many wrong PINs',
        'Wait a while. The key of an owner, or the card on the console, clears it at once.',
        true,
      );
    case RefusalReason.SLOTS_FULL:
      return carRefused(
        'the car has no slot left',
        'Ask the owner to remove a key: key keys remove.',
      );
    case RefusalReason.GRANT_INVALID:
      return carRefused(
        'the car does not take this grant',
        'Ask the owner for a new one: key share.',
      );
    case RefusalReason.NOTICE_INVALID:
      return carRefused(
        'the car does not take this notice',
        'It has a newer one, or it is for another car.',
      );
    case RefusalReason.OWNER_KEY:
      return carRefused(
        "only the card takes an owner's key away",
        'At the car: key car remove, with the card on the console.',
      );
    case RefusalReason.FAULT:
      return new PhoneKeyError('car.refused', 'the car has a fault', {
        hint: 'Look at the log of the car, then try again.',
        temporary: true,
        mayHaveSucceeded: true,
      });
    case RefusalReason.UNSPECIFIED:
    default: // a reason that only later versions know
      return carRefused('the car refused', 'See what the car says: key status.');
  }
};

const carRefused = (message: string, hint: string, temporary = false): PhoneKeyError =>
  new PhoneKeyError('car.refused', message, { hint, temporary });
