import type { CommandName } from '../domain/commands.js';
import { permits, speedLimitOf } from '../domain/roles.js';
import { NO_END } from './grant.js';
import type { GrantTerms } from './grant.js';
import type { KeyGrant, KeySlot, PathStep } from './key-slot.js';

/** Why a key may not do what it asks; the car tells it the key, which has proved itself. */
export type PolicyRefusal =
  'not-permitted' | 'suspended' | 'not-yet' | 'expired' | 'used-up' | 'lease-over' | 'clock-lost';

export interface Allowance {
  /** km/h while it drives; undefined for no limit. */
  readonly speedLimit: number | undefined;
  /** One of its uses; to be counted, durably, before the car acts. */
  readonly counts: boolean;
}

/** What the car knows besides the key. */
export interface Circumstances {
  /** Seconds since 1970; undefined when the car does not know the time. */
  readonly now: number | undefined;
  /** An owner's revocation list suspends or revokes this key, or one that it came from. */
  isSuspended(key: KeySlot): boolean;
  /** When that owner's last revocation list was issued, in seconds since 1970; 0 when there was none. */
  readonly lastIssuedAt: (ownerSlot: number) => number;
}

/** What counts as a use, and what is not allowed any more when a lease is over. */
const USES: ReadonlySet<CommandName> = new Set(['unlock', 'start']);
const DRIVES: ReadonlySet<CommandName> = new Set(['start']);

/** Nothing that opens the car. */
const OPENS_NOTHING: ReadonlySet<CommandName> = new Set(['lock', 'status', 'deliver', 'removeKey']);
/** Nothing that says or changes how the car is; but it may go, and strangers deliver lists as well. */
const OUTSIDE: ReadonlySet<CommandName> = new Set(['deliver', 'removeKey']);

/** What is left to a granted key of its role. When a lease is over, that is all but driving. */
const LEFT: Readonly<Record<LimitRefusal, ReadonlySet<CommandName>>> = {
  'clock-lost': OPENS_NOTHING,
  'used-up': OPENS_NOTHING,
  'not-yet': OUTSIDE,
  expired: OUTSIDE,
};

type LimitRefusal = 'clock-lost' | 'not-yet' | 'expired' | 'used-up';

/** What is left to a suspended key: with it the phone of a guest may bring the list that resumes it. */
const LEFT_TO_SUSPENDED: ReadonlySet<CommandName> = new Set(['deliver']);
/**
 * And to an owner whom another owner has suspended: nobody locks an owner out, and who found a
 * lost phone neither drives nor manages keys. The card at the car takes it away for good.
 */
const LEFT_TO_OWNERS: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'status', 'deliver']);

/** May this key do this, now? The one place that decides it; a plain function. */
export const decide = (
  key: KeySlot,
  command: CommandName,
  circumstances: Circumstances,
): Allowance | PolicyRefusal => {
  if (!permits(key.role, command)) return 'not-permitted';
  if (circumstances.isSuspended(key)) {
    const left = key.role === 'owner' ? LEFT_TO_OWNERS : LEFT_TO_SUSPENDED;
    if (!left.has(command)) return 'suspended';
  }
  const speedLimit = speedLimitOf(key.role);
  if (key.grant === undefined) return { speedLimit, counts: false };
  const { terms, used } = key.grant;
  const refusal = outOfTime(terms, circumstances);
  if (refusal !== undefined && !LEFT[refusal].has(command)) return refusal;
  if (DRIVES.has(command) && leaseIsOver(key.grant, circumstances)) return 'lease-over';
  const isUsedUp = terms.uses > 0 && used >= terms.uses;
  if (isUsedUp && !LEFT['used-up'].has(command)) return 'used-up';
  return { speedLimit, counts: terms.uses > 0 && USES.has(command) };
};

/** The chain of a granted key; a paired one is a chain of itself, as if issued when it was paired. */
export const pathOf = (
  key: KeySlot,
  fingerprint: (key: KeySlot) => Uint8Array,
): readonly PathStep[] =>
  key.grant?.path ?? [{ fingerprint: fingerprint(key), issuedAt: key.pairedAt ?? 0 }];

/** Why the terms of a grant do not hold now, whatever it is used for; undefined where they do. */
export const outOfTime = (
  terms: GrantTerms,
  { now }: Pick<Circumstances, 'now'>,
): Exclude<LimitRefusal, 'used-up'> | undefined => {
  if (now === undefined) return 'clock-lost';
  if (now < terms.notBefore) return 'not-yet';
  return hasEnded(terms, now) ? 'expired' : undefined;
};

/** The highest time that can be written stands for no end, also when it has come. */
export const hasEnded = ({ notAfter }: GrantTerms, now: number): boolean =>
  now >= notAfter && notAfter !== NO_END;

const leaseIsOver = (
  { terms, path }: KeyGrant,
  { now = 0, lastIssuedAt }: Pick<Circumstances, 'now' | 'lastIssuedAt'>,
): boolean => {
  if (terms.leaseHours === 0) return false;
  // Of all links only the first is the owner's word; a guest's phone may say any time.
  const signed = path[0]?.issuedAt ?? 0;
  const lastHeard = Math.max(signed, lastIssuedAt(terms.ownerSlot));
  return now >= lastHeard + terms.leaseHours * 3600;
};
