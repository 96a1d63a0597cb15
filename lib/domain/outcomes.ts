import type { Closure } from './closures.js';
import type { FormFactor } from './names.js';
import type { Refusal } from './refusals.js';
import type { RevocationEntry } from './revocations.js';
import type { Role } from './roles.js';

/** What an owner's phone must know to sign what the car believes. Times are seconds since 1970. */
export interface SigningTerms {
  /** How often the car was re-keyed, 0 to 65,535: grants and revocation lists name it. */
  readonly epoch: number;
  /** By the car's clock; 0: it does not know, or does not say. */
  readonly time: number;
  /** Of the newest removal, where it is ahead of the clock: grants are to be dated later; else 0. */
  readonly mark: number;
  /** What this owner signed at or before it is void; 0: nothing. */
  readonly floor: number;
}

/** Of a car that tells nothing, as it does to those who are no owners. */
export const NO_TERMS: SigningTerms = { epoch: 0, time: 0, mark: 0, floor: 0 };

/** What a car tells a phone of the key that it has paired. */
export interface Enrolment extends SigningTerms {
  /** 0 to 255. */
  readonly slot: number;
  /** What the key may do. */
  readonly role: Role;
  /** What the key could do here before; none: it is new here. */
  readonly formerRole?: Role;
}

/** What a car answers to a command. */
export interface Result extends SigningTerms {
  /** Whether it did what it was asked, and what that gave. */
  readonly outcome: Outcome;
  /** The car does not know the time, and refuses all keys with limits. */
  readonly clockLost: boolean;
}

/** What came of a command; the types with data answer the commands that ask for it. */
export type Outcome =
  | { readonly type: 'done' }
  /** `code`: the number of a refusal that is `unknown`. */
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly code?: number }
  | { readonly type: 'status'; readonly status: VehicleStatus }
  | { readonly type: 'keys'; readonly keys: readonly KeyEntry[] }
  | ({ readonly type: 'revocations' } & RevocationPage)
  /** One that only later versions know. */
  | { readonly type: 'unknown' };

/** The answer to a command that asks for nothing back. */
export const DONE: Outcome = { type: 'done' };

/** The outcome for a refusal, of a car that has a whole Result to give. */
export const refused = (refusal: Refusal): Outcome => ({ type: 'refused', refusal });

/** What a car answers that knows the time and has no more to tell: `resultOf(DONE)`. */
export const resultOf = (outcome: Outcome): Result => ({ outcome, clockLost: false, ...NO_TERMS });

/** Of a car that says no more than that. */
export const refusedResult = (refusal: Refusal): Result => resultOf(refused(refusal));

export const isRefusal = (outcome: Outcome, refusal: Refusal): boolean =>
  outcome.type === 'refused' && outcome.refusal === refusal;

/** What the car has by the revocation lists of the owner who asks, in pages. */
export interface RevocationPage {
  /** Of the newest list of which the car has a part; 0: none. */
  readonly number: number;
  /** 1 to 16. */
  readonly pages: number;
  /** Of this page: keys that are revoked or suspended. */
  readonly entries: readonly RevocationEntry[];
}

/** What a car tells every key that may ask for its status. */
export interface VehicleStatus {
  /** Whether a key is needed to open the doors from outside. */
  readonly locked: boolean;
  /** Everything that stands open. */
  readonly open: readonly Closure[];
  /** Seconds for which driving is authorised; 0 when it is not. */
  readonly driveSecondsLeft: number;
  /** km/h, while driving is authorised; null: no limit. */
  readonly speedLimit: number | null;
  /** It asks for a PIN to start. */
  readonly pinNeeded: boolean;
}

/** The status as a phone gives it to its user. */
export interface CarStatus extends VehicleStatus, Pick<Result, 'clockLost'> {}

/** One enrolled key, as an owner sees it. */
export interface KeyEntry {
  /** 0 to 255; what `removeKey` takes. */
  readonly slot: number;
  /** 1 to 32 bytes of UTF-8, chosen by its holder. */
  readonly name: string;
  /** What kind of thing has it, by its own words. */
  readonly formFactor: FormFactor | 'unknown';
  /** What the key may do; `none`: a role that only later versions know. */
  readonly role: Role | 'none';
  /** Hex, the first 8 bytes of SHA-512 of the public key. */
  readonly fingerprint: string;
  /** The key of this phone. */
  readonly own: boolean;
  /** An owner's revocation list says so: suspended or revoked. */
  readonly suspended: boolean;
  /** The first second in which it does not hold any more, since 1970; null: no end. */
  readonly notAfter: number | null;
  /** null: no limit. */
  readonly usesLeft: number | null;
  /** Slot of the owner with whom its chain of grants begins; null: it was paired at the car. */
  readonly grantedBy: number | null;
}
