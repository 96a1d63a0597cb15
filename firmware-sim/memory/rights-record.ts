import { base64urlnopad } from '@scure/base';
import type { RevocationEntry } from '../../lib/credentials/revocation-list.js';
import { MOST_PARTS } from '../../lib/credentials/revocation-list.js';
import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import { toHex, viewOf } from '../../lib/platform/bytes.js';
import { absent, boolean, hexBytes, JsonError, object, text, whole } from '../../local/json.js';
import type { JsonReader, Read } from '../../local/json.js';
import { MAX_SLOTS, time } from './key-record.js';

/** What the car keeps about rights besides the keys: revocation lists, removed grants, its clock, the PIN. */

/** Of all owners together; as many again may be pending. */
export const MOST_ENTRIES = 1152;
export const MOST_REMOVED = 512;
export const PIN_SALT_BYTES = 16;
export const PIN_HASH_BYTES = 32;
export const MOST_PIN_TRIES = 1000;
const REMOVED_BYTES = FINGERPRINT_BYTES + 4;
const ENTRY_BYTES = REMOVED_BYTES + 1;

/** Many items of one size in little room: base64url of their bytes one after the other. */
const pack = <T>(
  items: readonly T[],
  size: number,
  write: (item: T, bytes: Uint8Array) => void,
): string => {
  const all = new Uint8Array(items.length * size);
  items.forEach((item, index) => {
    write(item, all.subarray(index * size));
  });
  return base64urlnopad.encode(all);
};

const packed =
  <T>(size: number, most: number, unpack: (bytes: Uint8Array) => T): JsonReader<readonly T[]> =>
  (value, what) => {
    const wanted = `0 to ${String(most)} times ${String(size)} bytes in base64url`;
    let decoded: Uint8Array;
    try {
      decoded = base64urlnopad.decode(text(value, what));
    } catch {
      throw JsonError.not(what, wanted);
    }
    if (decoded.length % size !== 0 || decoded.length > most * size) {
      throw JsonError.not(what, wanted);
    }
    return Array.from({ length: decoded.length / size }, (_, index) =>
      unpack(decoded.subarray(index * size)),
    );
  };

/** A key that was taken out of its slot. Its grant would let it in again, and must not. */
export interface RemovedKey {
  /** 8 bytes. */
  readonly fingerprint: Uint8Array;
  /** Grants that were issued later are new ones, and hold; whatever it was given before does not. */
  readonly since: number;
}

const writeRemoved = ({ fingerprint, since }: RemovedKey, bytes: Uint8Array): void => {
  bytes.set(fingerprint);
  viewOf(bytes).setUint32(FINGERPRINT_BYTES, since);
};

const readRemoved = (bytes: Uint8Array): RemovedKey => ({
  fingerprint: bytes.slice(0, FINGERPRINT_BYTES),
  since: viewOf(bytes).getUint32(FINGERPRINT_BYTES),
});

export const encodeRemoved = (removed: readonly RemovedKey[]): string =>
  pack(removed, REMOVED_BYTES, writeRemoved);

export const removedKeys = packed(REMOVED_BYTES, MOST_REMOVED, readRemoved);

const encodeEntries = (entries: readonly RevocationEntry[]): string =>
  pack(entries, ENTRY_BYTES, (entry, bytes) => {
    writeRemoved(entry, bytes);
    bytes[REMOVED_BYTES] = entry.kind === 'revoked' ? 1 : 2;
  });

const entries = packed(ENTRY_BYTES, MOST_ENTRIES, (bytes): RevocationEntry => {
  const kind = bytes[REMOVED_BYTES];
  if (kind !== 1 && kind !== 2) throw JsonError.not('entries', 'of revoked and suspended keys');
  return { ...readRemoved(bytes), kind: kind === 1 ? 'revoked' : 'suspended' };
});

/** `stamp` is the name of `issuedAt` in memories that exist. */
const KEYS = { issuedAt: 'stamp' } as const;

const pendingRevocationList = object(
  {
    number: time,
    /** When it was signed: seconds since 1970. */
    issuedAt: time,
    parts: whole(MOST_PARTS),
    /** Bit n: part n is there. */
    have: whole(2 ** MOST_PARTS - 1),
    entries,
  },
  KEYS,
);
export type PendingRevocationList = Read<typeof pendingRevocationList>;

/**
 * What an owner has revoked and suspended, by the last list of which all parts came: only one of a higher
 * number is taken, and where there was none yet, its number is 0.
 */
export interface OwnerRevocationList extends Omit<PendingRevocationList, 'parts' | 'have'> {
  readonly ownerSlot: number;
  /** A newer list of which parts are missing; what it has takes effect already. */
  readonly pending?: PendingRevocationList;
}

/** Of `encodeRevocationList`. */
export const ownerRevocationList = object<OwnerRevocationList>(
  {
    ownerSlot: whole(MAX_SLOTS - 1),
    number: time,
    issuedAt: time,
    entries,
    pending: absent(pendingRevocationList),
  },
  KEYS,
);

export const encodeRevocationList = ({ pending, ...list }: OwnerRevocationList): object => ({
  ...encodeList(list),
  pending: pending === undefined ? null : encodeList(pending),
});

const encodeList = ({
  issuedAt,
  entries,
  ...rest
}: Omit<PendingRevocationList, 'parts' | 'have'>): object => ({
  ...rest,
  stamp: issuedAt,
  entries: encodeEntries(entries),
});

export const clockRecord = object({
  /** Seconds to add to the clock that runs in the car. */
  offset: whole(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  /** The highest time that an owner has signed: the clock never shows an earlier one. */
  floor: time,
  /** It stood still, and nobody has set it since. */
  lost: boolean,
});
export type ClockRecord = Read<typeof clockRecord>;

const tries = whole(MOST_PIN_TRIES);

export const pinRecord = object({
  salt: hexBytes(PIN_SALT_BYTES),
  /** scrypt of the PIN (pin-lock.ts). */
  hash: hexBytes(PIN_HASH_BYTES),
  /** Since an owner's key or the card cleared them, by owners' keys and by all others. */
  tries: object({ owners: tries, others: tries }),
});
export type PinRecord = Read<typeof pinRecord>;

export const encodePin = ({ salt, hash, tries }: PinRecord): object => ({
  salt: toHex(salt),
  hash: toHex(hash),
  tries,
});
