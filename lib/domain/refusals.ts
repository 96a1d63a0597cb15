import { PhoneKeyError } from '../errors.js';
import type { ErrorCode } from '../errors.js';

/**
 * Why a car does not do what it is asked, and what that means to the person who asked: the one table. The
 * numbers that they have on the air are those of a dialect (lib/native/numbers.ts).
 */

interface RefusalEntry {
  readonly message: string;
  /** What to do now, as a sentence; where there is none, that of the code. */
  readonly hint?: string;
  /** Default: `car.refused`. */
  readonly code?: ErrorCode;
  /** The same may well succeed a moment later; where it is not said, as the code has it. */
  readonly temporary?: true;
  readonly mayHaveSucceeded?: true;
}

const TEMPORARY = { temporary: true } as const;

const entry = (message: string, hint: string, more: Partial<RefusalEntry> = {}): RefusalEntry => ({
  message,
  hint,
  ...more,
});

const REFUSALS = {
  'not-permitted': { code: 'car.not-permitted', message: 'this key may not do that' },
  'unknown-command': entry('the car does not know this command', 'Update the car.'),
  'door-open': entry('a door is open', 'Close all doors, then try again.', TEMPORARY),
  driving: entry('the car is being driven', 'Park the car first.', TEMPORARY),
  'no-such-key': entry('there is no key in that slot', 'Ask the car for its keys.'),
  'last-owner': entry(
    'this is the last owner key',
    'Pair another owner first, or reset the car from inside.',
  ),
  fault: entry('the car has a fault', 'Look at the log of the car, then try again.', {
    temporary: true,
    mayHaveSucceeded: true,
  }),
  suspended: entry(
    'this key is suspended or revoked',
    'Ask an owner (another one, if you are one) to give it back.',
    { code: 'car.key-revoked' },
  ),
  'not-yet': entry('this key is not valid yet', 'Wait until it begins.', TEMPORARY),
  expired: entry('this key has expired', 'Ask the owner for a new grant.', {
    code: 'car.key-expired',
  }),
  'used-up': entry('this key is used up', 'Ask the owner for a new grant.', {
    code: 'car.key-expired',
  }),
  'lease-over': entry(
    'the car has not heard from its owner for too long; this key unlocks, but does not drive',
    'Get a fresh revocation list of the owner and relay it to the car.',
  ),
  'clock-lost': entry(
    'the car does not know the time, so it takes no key with limits',
    'The key of an owner brings the time: let one use the car.',
  ),
  'pin-needed': entry(
    'the car asks for its PIN',
    'Give it with the command. Who has the card can clear it.',
  ),
  'pin-wrong': entry(
    'the PIN is wrong',
    'Type it again; each wrong one makes the wait longer.',
    TEMPORARY,
  ),
  'pin-locked': entry(
    'too many wrong PINs',
    'Wait a while. The key of an owner, or the card on the console, clears it at once.',
    TEMPORARY,
  ),
  'slots-full': entry('the car has no slot left', 'Ask the owner to remove a key.'),
  'grant-invalid': entry('the car does not take this grant', 'Ask the owner for a new one.'),
  'grant-void': entry(
    'this grant was signed before its key, or the owner who signed it, was removed, or before an owner made a fresh start',
    'Ask the owner for a new one.',
    { code: 'car.key-revoked' },
  ),
  'dated-ahead': entry(
    "this was signed by a clock that is ahead of the car's",
    "Set the clock of the phone that signed it, or the car's with the card.",
    TEMPORARY,
  ),
  'name-invalid': entry(
    'the car does not take the name of this phone',
    'A name has 1 to 32 bytes and no control characters. Take the grant again with another one.',
  ),
  'revocation-list-invalid': entry(
    'the car does not take this revocation list',
    'It is for another car, or of an owner who does not count there any more.',
  ),
  'revocation-list-old': entry(
    'the car has a newer revocation list of this owner',
    'Let the owner sign the next one, near the car.',
  ),
  'own-key': entry(
    'this revocation list names the key of its own signer',
    'An owner is suspended or revoked by another owner.',
  ),
  'owner-key': entry(
    "only the card takes an owner's key away",
    'Remove it at the car, with the card on the console.',
  ),
  'too-late': { code: 'car.too-late', message: 'the command reached the car too late' },
  'last-card': entry("this is the car's last key card", 'Add another one first, at the car.'),
  busy: entry(
    'the car has no room for this key just now: it had the link for long, or gave many commands',
    'Nothing was done. Try again in some seconds, or in half a minute.',
    { code: 'car.busy' },
  ),
  superseded: entry(
    'a newer command of this key replaced it',
    'Nothing was done, and nothing will be: what was asked last counts.',
  ),
  /** By hand; a phone is told that it may not. */
  'card-unknown': { message: 'the car does not know this key card, or not any more' },
  'card-known': { message: 'the car has a key card of this name' },
  locked: { message: 'the car is locked' },
  'not-authorised': { message: 'driving is not authorised' },
  /** One that only later versions know. */
  unknown: { message: 'the car refused' },
} satisfies Readonly<Record<string, RefusalEntry>>;

/** Why a car does not do what a command, a card or a hand asks of it; each means a code, a message and a hint. */
export type Refusal = keyof typeof REFUSALS;

export const REFUSAL_WORDS = Object.keys(REFUSALS) as readonly Refusal[];

const PAIRING_REFUSALS = {
  closed: { code: 'pairing.closed', message: 'the pairing window of the car is closed' },
  failed: { code: 'pairing.wrong-code', message: 'the car did not accept the code' },
  'slots-full': { code: 'pairing.slots-full', message: 'the car has no free key slot' },
  'last-owner': {
    code: 'pairing.last-owner',
    message: "this phone has the car's last owner key, and the window was opened for less",
  },
  'key-mismatch': {
    code: 'pairing.key-mismatch',
    message: "the car knows this phone's key together with another signing key",
  },
  'name-invalid': entry(
    'the car does not take the name of this phone',
    'A name has 1 to 32 bytes and no control characters. No try was used up.',
  ),
  fault: entry(
    'the car has a fault and did not keep the key',
    'Look at the log of the car, then pair again.',
    TEMPORARY,
  ),
} satisfies Readonly<Record<string, RefusalEntry>>;

/** Why a car does not take a phone that wants to pair. `failed`: the code was wrong. */
export type PairingRefusal = keyof typeof PAIRING_REFUSALS;

export const refusalMessage = (refusal: Refusal): string => REFUSALS[refusal].message;

/** `car.refused`, or what is said more exactly: `car.not-permitted`, `car.busy`, `car.key-revoked`, `car.key-expired`. */
export const refusalError = (refusal: Refusal): PhoneKeyError => errorOf(REFUSALS[refusal]);

/** `pairing.*` or, for a fault, `car.refused`. */
export const pairingRefusalError = (refusal: PairingRefusal): PhoneKeyError =>
  errorOf(PAIRING_REFUSALS[refusal]);

const errorOf = ({ code = 'car.refused', message, ...rest }: RefusalEntry): PhoneKeyError =>
  new PhoneKeyError(code, message, rest);
