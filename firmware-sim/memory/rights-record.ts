import type { NoticeEntry } from '../../lib/credentials/notice.js';
import { MOST_PARTS } from '../../lib/credentials/notice.js';
import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import { boolean, bytes, integer, invalid, list, object, pack, packed } from './fields.js';
import { toHex } from '../../lib/platform/bytes.js';
import { MAX_SLOTS } from './key-record.js';

/** What the car keeps about rights besides the keys: notices, removed grants, its clock, the PIN. */

/** What an owner has revoked and suspended, by its last notice. */
export interface OwnerNotices {
  readonly ownerSlot: number;
  /** Of the last notice of which all parts came; 0: none yet. Only higher ones are taken. */
  readonly number: number;
  /** When that was signed: seconds since 1970. */
  readonly stamp: number;
  readonly entries: readonly NoticeEntry[];
  /** A newer notice of which parts are missing; what it has takes effect already. */
  readonly pending?: PendingNotice;
}

export interface PendingNotice {
  readonly number: number;
  readonly stamp: number;
  readonly parts: number;
  /** Bit n: part n is there. */
  readonly have: number;
  readonly entries: readonly NoticeEntry[];
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

export const encodeNotices = (notices: OwnerNotices): object => ({
  ...notices,
  entries: packEntries(notices.entries),
  pending:
    notices.pending === undefined
      ? null
      : { ...notices.pending, entries: packEntries(notices.pending.entries) },
});

export const decodeNotices = (value: unknown): OwnerNotices => {
  const fields = object('notices', value, ['ownerSlot', 'number', 'stamp', 'entries', 'pending']);
  const { pending } = fields;
  return {
    ownerSlot: integer('ownerSlot', fields['ownerSlot'], MAX_SLOTS - 1),
    number: integer('number', fields['number'], MAX_TIME),
    stamp: integer('stamp', fields['stamp'], MAX_TIME),
    entries: unpackEntries(fields['entries']),
    ...(pending === null ? {} : { pending: decodePending(pending) }),
  };
};

const decodePending = (value: unknown): PendingNotice => {
  const fields = object('pending', value, ['number', 'stamp', 'parts', 'have', 'entries']);
  return {
    number: integer('number', fields['number'], MAX_TIME),
    stamp: integer('stamp', fields['stamp'], MAX_TIME),
    parts: integer('parts', fields['parts'], MOST_PARTS),
    have: integer('have', fields['have'], 2 ** MOST_PARTS - 1),
    entries: unpackEntries(fields['entries']),
  };
};

const packEntries = (entries: readonly NoticeEntry[]): string =>
  pack(entries, ENTRY_BYTES, ({ fingerprint, since, kind }, view) => {
    setBytes(view, fingerprint);
    view.setUint32(FINGERPRINT_BYTES, since);
    view.setUint8(FINGERPRINT_BYTES + 4, kind === 'revoked' ? 1 : 2);
  });

const unpackEntries = (value: unknown): readonly NoticeEntry[] =>
  packed('entries', value, ENTRY_BYTES, MOST_ENTRIES, (view) => {
    const kind = view.getUint8(FINGERPRINT_BYTES + 4);
    if (kind !== 1 && kind !== 2) throw invalid('entries');
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

export const decodeRemoved = (value: unknown): readonly RemovedKey[] =>
  packed('removed', value, REMOVED_BYTES, MOST_REMOVED, (view) => ({
    fingerprint: getBytes(view),
    since: view.getUint32(FINGERPRINT_BYTES),
  }));

export const decodeClock = (value: unknown): ClockRecord => {
  const fields = object('clock', value, ['offset', 'floor', 'lost']);
  const { offset } = fields;
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) throw invalid('offset');
  return {
    offset,
    floor: integer('floor', fields['floor'], MAX_TIME),
    lost: boolean('lost', fields['lost']),
  };
};

export const encodePin = ({ salt, hash, tries }: PinRecord): object => ({
  salt: toHex(salt),
  hash: toHex(hash),
  tries,
});

export const decodePin = (value: unknown): PinRecord => {
  const fields = object('pin', value, ['salt', 'hash', 'tries']);
  const tries = object('tries', fields['tries'], ['owners', 'others']);
  return {
    salt: bytes('salt', fields['salt'], PIN_SALT_BYTES),
    hash: bytes('hash', fields['hash'], PIN_HASH_BYTES),
    tries: {
      owners: integer('tries', tries['owners'], MOST_PIN_TRIES),
      others: integer('tries', tries['others'], MOST_PIN_TRIES),
    },
  };
};

/** Of a list of owners' notices, ascending by slot. */
export const decodeNoticesList = (value: unknown): readonly OwnerNotices[] => {
  const notices = list('notices', value, MAX_SLOTS).map(decodeNotices);
  notices.reduce((last, { ownerSlot }) => {
    if (ownerSlot <= last) throw invalid('ownerSlot');
    return ownerSlot;
  }, -1);
  return notices;
};

const setBytes = (view: DataView, fingerprint: Uint8Array): void => {
  new Uint8Array(view.buffer, view.byteOffset, FINGERPRINT_BYTES).set(fingerprint);
};

const getBytes = (view: DataView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, FINGERPRINT_BYTES).slice();
