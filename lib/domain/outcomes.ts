import type { Closure } from './closures.js';
import type { FormFactor } from './names.js';
import type { Refusal } from './refusals.js';
import type { Role } from './roles.js';

/** What a car tells a phone of the key that it has paired. */
export interface Enrolment {
  /** 0 to 255. */
  readonly slot: number;
  readonly role: Role;
  /** What the key could do here before; none: it is new here. */
  readonly formerRole?: Role;
  /** How often the car was re-keyed, 0 to 65,535: grants must name it. */
  readonly epoch: number;
  /** By the car's clock, in seconds since 1970; 0: it does not know. */
  readonly time: number;
  /** Of the newest removal: grants are to be dated later. Seconds since 1970; told to owners, to others 0. */
  readonly mark: number;
}

/** What a car answers to a command. */
export interface Result {
  readonly outcome: Outcome;
  /** The car does not know the time, and refuses all keys with limits. */
  readonly clockLost: boolean;
  /** How often the car was re-keyed, which grants must name; told to owners, to others 0. */
  readonly epoch: number;
}

export type Outcome =
  | { readonly type: 'done' }
  /** `code`: the number of a refusal that is `unknown`. */
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly code?: number }
  | { readonly type: 'status'; readonly status: VehicleStatus }
  | { readonly type: 'keys'; readonly keys: readonly KeyEntry[] }
  /** One that only later versions know. */
  | { readonly type: 'unknown' };

export const DONE: Outcome = { type: 'done' };

export const refused = (refusal: Refusal): Outcome => ({ type: 'refused', refusal });

/** Of a car that says no more than that. */
export const refusedResult = (refusal: Refusal): Result => ({
  outcome: refused(refusal),
  clockLost: false,
  epoch: 0,
});

export const isRefusal = (outcome: Outcome, refusal: Refusal): boolean =>
  outcome.type === 'refused' && outcome.refusal === refusal;

export interface VehicleStatus {
  readonly locked: boolean;
  readonly open: readonly Closure[];
  /** Seconds for which driving is authorised; 0 when it is not. */
  readonly driveSecondsLeft: number;
  /** km/h, while driving is authorised; null: no limit. */
  readonly speedLimit: number | null;
  /** It asks for a PIN to start. */
  readonly pinNeeded: boolean;
}

export interface CarStatus extends VehicleStatus, Pick<Result, 'clockLost'> {}

/** One enrolled key, as an owner sees it. */
export interface KeyEntry {
  readonly slot: number;
  readonly name: string;
  /** What kind of thing has it, by its own words. */
  readonly formFactor: FormFactor | 'unknown';
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
