import type { CommandName } from '../domain/commands.js';
import { permits, speedLimitOf } from '../domain/roles.js';
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
/** What a key may do whatever the time is: nothing that opens the car. */
const TIMELESS: ReadonlySet<CommandName> = new Set(['lock', 'status', 'deliver', 'removeKey']);

/**
 * What is left to an owner whom another owner has suspended: nobody locks an owner out, and who found a
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
    if (key.role !== 'owner' || !LEFT_TO_OWNERS.has(command)) return 'suspended';
  }
  const speedLimit = speedLimitOf(key.role);
  if (key.grant === undefined) return { speedLimit, counts: false };
  const { terms, used } = key.grant;
  const bounded = terms.uses > 0 && USES.has(command);
  const refusal = outOfTime(terms, circumstances);
  if (refusal !== undefined && !(refusal === 'clock-lost' && TIMELESS.has(command))) return refusal;
  if (DRIVES.has(command) && leaseIsOver(key.grant, circumstances)) return 'lease-over';
  if (bounded && used >= terms.uses) return 'used-up';
  return { speedLimit, counts: bounded };
};

/** The chain of a granted key; a paired one is a chain of itself, as if issued when it was paired. */
export const pathOf = (
  key: KeySlot,
  fingerprint: (key: KeySlot) => Uint8Array,
): readonly PathStep[] =>
  key.grant?.path ?? [{ fingerprint: fingerprint(key), issuedAt: key.pairedAt ?? 0 }];

/** Why the terms of a grant do not hold now, whatever it is used for; undefined where they do. */
export const outOfTime = (
  { notBefore, notAfter }: GrantTerms,
  { now }: Pick<Circumstances, 'now'>,
): PolicyRefusal | undefined => {
  if (now === undefined) return 'clock-lost';
  if (now < notBefore) return 'not-yet';
  return now >= notAfter ? 'expired' : undefined;
};

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
