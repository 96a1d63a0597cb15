import { base64urlnopad } from '@scure/base';
import type { RevocationEntry } from '../../lib/credentials/revocation-list.js';
import { MOST_PARTS } from '../../lib/credentials/revocation-list.js';
import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import { toHex } from '../../lib/platform/bytes.js';
import { absent, boolean, hexBytes, JsonError, object, text, whole } from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';
import { MAX_SLOTS } from './key-record.js';

/** What the car keeps about rights besides the keys: revocation lists, removed grants, its clock, the PIN. */

/** What an owner has revoked and suspended, by its last list. */
export interface OwnerRevocationList {
  readonly ownerSlot: number;
  /** Of the last revocation list of which all parts came; 0: none yet. Only higher ones are taken. */
  readonly number: number;
  /** When that was signed: seconds since 1970. */
  readonly issuedAt: number;
  readonly entries: readonly RevocationEntry[];
  /** A newer list of which parts are missing; what it has takes effect already. */
  readonly pending?: PendingRevocationList;
}

export interface PendingRevocationList {
  readonly number: number;
  readonly issuedAt: number;
  readonly parts: number;
  /** Bit n: part n is there. */
  readonly have: number;
  readonly entries: readonly RevocationEntry[];
}

/** A key that was taken out of its slot. Its grant would let it in again, and must not. */
export interface RemovedKey {
  /** 8 bytes. */
  readonly fingerprint: Uint8Array;
  /** Grants that were issued later are new ones, and hold; whatever it was given before does not. */
  readonly since: number;
}

export interface ClockRecord {
  /** Seconds to add to the clock that runs in the car. */
  readonly offset: number;
  /** The highest time that an owner has signed: the clock never shows an earlier one. */
  readonly floor: number;
  /** It stood still, and nobody has set it since. */
  readonly lost: boolean;
}

export interface PinRecord {
  readonly salt: Uint8Array;
  /** scrypt of the PIN, 32 bytes (pin-lock.ts). */
  readonly hash: Uint8Array;
  /** Tries since an owner's key or the card cleared them, by owners' keys and by all others. */
  readonly tries: PinTries;
}

export interface PinTries {
  readonly owners: number;
  readonly others: number;
}

/** Of all owners together; as many again may be pending. */
export const MOST_ENTRIES = 1152;
export const MOST_REMOVED = 512;
export const PIN_SALT_BYTES = 16;
export const PIN_HASH_BYTES = 32;
export const MOST_PIN_TRIES = 1000;
const MAX_TIME = 2 ** 32 - 1;
const ENTRY_BYTES = FINGERPRINT_BYTES + 4 + 1;
const REMOVED_BYTES = FINGERPRINT_BYTES + 4;

/** Many items of one size in little room: base64url of their bytes one after the other. */
const pack = <T>(
  items: readonly T[],
  size: number,
  write: (item: T, view: DataView) => void,
): string => {
  const all = new Uint8Array(items.length * size);
  for (const [index, item] of items.entries()) {
    write(item, new DataView(all.buffer, index * size, size));
  }
  return base64urlnopad.encode(all);
};

const packed =
  <T>(size: number, most: number, unpack: (item: DataView) => T): JsonReader<readonly T[]> =>
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
      unpack(new DataView(decoded.buffer, decoded.byteOffset + index * size, size)),
    );
  };

/** `stamp` is the name of `issuedAt` in memories that exist. */
const KEYS = { issuedAt: 'stamp' } as const;

export const encodeRevocationList = ({ pending, ...list }: OwnerRevocationList): object => ({
  ...encodeList(list),
  pending: pending === undefined ? null : encodeList(pending),
});

const encodeList = ({
  issuedAt,
  entries,
  ...rest
}: Omit<OwnerRevocationList, 'pending'> | PendingRevocationList): object => ({
  ...rest,
  stamp: issuedAt,
  entries: packEntries(entries),
});

const packEntries = (entries: readonly RevocationEntry[]): string =>
  pack(entries, ENTRY_BYTES, ({ fingerprint, since, kind }, view) => {
    setBytes(view, fingerprint);
    view.setUint32(FINGERPRINT_BYTES, since);
    view.setUint8(FINGERPRINT_BYTES + 4, kind === 'revoked' ? 1 : 2);
  });

const entries = packed<RevocationEntry>(ENTRY_BYTES, MOST_ENTRIES, (view) => {
  const kind = view.getUint8(FINGERPRINT_BYTES + 4);
  if (kind !== 1 && kind !== 2) throw JsonError.not('entries', 'of revoked and suspended keys');
  return {
    fingerprint: getBytes(view),
    since: view.getUint32(FINGERPRINT_BYTES),
    kind: kind === 1 ? 'revoked' : 'suspended',
  };
});

export const encodeRemoved = (removed: readonly RemovedKey[]): string =>
  pack(removed, REMOVED_BYTES, ({ fingerprint, since }, view) => {
    setBytes(view, fingerprint);
    view.setUint32(FINGERPRINT_BYTES, since);
  });

export const removedKeys = packed<RemovedKey>(REMOVED_BYTES, MOST_REMOVED, (view) => ({
  fingerprint: getBytes(view),
  since: view.getUint32(FINGERPRINT_BYTES),
}));

const time = whole(MAX_TIME);

/** Of `encodeRevocationList`. */
export const ownerRevocationList = object<OwnerRevocationList>(
  {
    ownerSlot: whole(MAX_SLOTS - 1),
    number: time,
    issuedAt: time,
    entries,
    pending: absent(
      object<PendingRevocationList>(
        {
          number: time,
          issuedAt: time,
          parts: whole(MOST_PARTS),
          have: whole(2 ** MOST_PARTS - 1),
          entries,
        },
        KEYS,
      ),
    ),
  },
  KEYS,
);

export const clockRecord = object<ClockRecord>({
  offset: whole(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  floor: time,
  lost: boolean,
});

export const encodePin = ({ salt, hash, tries }: PinRecord): object => ({
  salt: toHex(salt),
  hash: toHex(hash),
  tries,
});

export const pinRecord = object<PinRecord>({
  salt: hexBytes(PIN_SALT_BYTES),
  hash: hexBytes(PIN_HASH_BYTES),
  tries: object<PinTries>({ owners: whole(MOST_PIN_TRIES), others: whole(MOST_PIN_TRIES) }),
});

const setBytes = (view: DataView, fingerprint: Uint8Array): void => {
  new Uint8Array(view.buffer, view.byteOffset, FINGERPRINT_BYTES).set(fingerprint);
};

const getBytes = (view: DataView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, FINGERPRINT_BYTES).slice();
