import type { CommandName } from '../wire/commands.js';
import { Role } from '../wire/gen/phonekey_pb.js';
import type { KeySlot } from './key-slot.js';
import type { NoticeEntry } from './notice.js';
import { permits, speedLimitOf } from './roles.js';

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
  /** Fingerprint of a key that was paired, 8 bytes. */
  fingerprint(key: KeySlot): Uint8Array;
  /** Entries of all owners' notices about a fingerprint. */
  notices(fingerprint: Uint8Array): readonly NoticeEntry[];
  /** The latest stamp of that owner, in seconds since 1970; 0 when there was none. */
  readonly lastStamp: (ownerSlot: number) => number;
}

/** What counts as a use, and what is not allowed any more when a lease is over. */
const USES: ReadonlySet<CommandName> = new Set(['unlock', 'start']);
const DRIVES: ReadonlySet<CommandName> = new Set(['start']);
/** What a key may do whatever the time is: nothing that opens the car. */
const TIMELESS: ReadonlySet<CommandName> = new Set(['lock', 'status', 'deliver', 'removeKey']);

/** May this key do this, now? The one place that decides it; a plain function. */
export const decide = (
  key: KeySlot,
  command: CommandName,
  circumstances: Circumstances,
): Allowance | PolicyRefusal => {
  if (!permits(key.role, command)) return 'not-permitted';
  if (isSuspended(key, circumstances)) return 'suspended';
  const speedLimit = speedLimitOf(key.role);
  if (key.grant === undefined) return { speedLimit, counts: false };
  const { terms, used } = key.grant;
  const bounded = terms.uses > 0 && USES.has(command);
  const refusal = outOfTime(key.grant, command, circumstances);
  if (refusal !== undefined) return refusal;
  if (bounded && used >= terms.uses) return 'used-up';
  return { speedLimit, counts: bounded };
};

/** Also true of a key that was revoked and is still there. */
const isSuspended = (key: KeySlot, circumstances: Circumstances): boolean => {
  if (key.suspended === true) return true;
  const path = key.grant?.path ?? [circumstances.fingerprint(key)];
  return path.some((fingerprint) =>
    circumstances.notices(fingerprint).some((entry) => applies(entry, key)),
  );
};

/** Whether an entry is about this key: of a granted one, about the grant that it has. */
export const applies = (entry: NoticeEntry, { role, grant }: KeySlot): boolean => {
  // Another owner may suspend an owner's key, but only the card at the car takes it away.
  if (role === Role.OWNER && entry.kind === 'revoked') return false;
  return grant === undefined || grant.terms.issuedAt <= entry.since;
};

const outOfTime = (
  { terms }: NonNullable<KeySlot['grant']>,
  command: CommandName,
  { now, lastStamp }: Circumstances,
): PolicyRefusal | undefined => {
  if (now === undefined) return TIMELESS.has(command) ? undefined : 'clock-lost';
  if (now < terms.notBefore) return 'not-yet';
  if (now >= terms.notAfter) return 'expired';
  if (terms.leaseHours === 0 || !DRIVES.has(command)) return undefined;
  const news = Math.max(terms.issuedAt, lastStamp(terms.ownerSlot));
  return now >= news + terms.leaseHours * 3600 ? 'lease-over' : undefined;
};
