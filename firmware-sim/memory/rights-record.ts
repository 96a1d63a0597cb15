import { MAX_TIME } from '../../lib/credentials/grant.js';
import { base64urlnopad } from '@scure/base';
import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import { MOST_PARTS } from '../../lib/credentials/revocation-list.js';
import { concat, toHex, viewOf } from '../../lib/platform/bytes.js';
import {
  absent,
  boolean,
  hexBytes,
  JsonError,
  object,
  optional,
  text,
  whole,
} from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';
import type { ClockRecord } from '../rights/clock.js';
import type { Limit } from '../rights/limit.js';
import type { Revocation, Revocations } from '../rights/revocations.js';
import type { IncomingList, OwnerRevocations } from '../rights/rights.js';

/** What the car keeps about rights besides the keys, as JSON: revocations packed, its clock, the PIN. */

/** The PIN to drive; not itself, but what tells it from others. */
export interface PinRecord {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** scrypt of the PIN, 32 bytes (pin-lock.ts). */
  readonly hash: Uint8Array;
  /** Tries since an owner's key or the card cleared them, by owners' keys and by all others. */
  readonly tries: PinTries;
}

/** Wrong PINs, up to 1000 each. */
export interface PinTries {
  /** By owners' keys. */
  readonly owners: number;
  /** By all other keys. */
  readonly others: number;
}

/** More than are kept in a list, where all of them concern keys in slots. */
const MOST_ENTRIES = 2048;
export const PIN_SALT_BYTES = 16;
export const PIN_HASH_BYTES = 32;
export const MOST_PIN_TRIES = 1000;

/** Fingerprint, until, pending or 0, number, issued at, kind. */
const ENTRY_BYTES = FINGERPRINT_BYTES + 4 * 4 + 1;
const KINDS: readonly Revocation['kind'][] = ['revoked', 'suspended', 'removed'];
/** Added to the kind of an entry that waits for the time. */
const PENDING = 0x80;

/** Many items of one size in little room: base64url of their bytes one after the other. */
const packed =
  <T>(size: number, most: number, unpack: (item: Uint8Array) => T): JsonReader<readonly T[]> =>
  (value, what) => {
    const wanted = `0 to ${String(most)} times ${String(size)} bytes in base64url`;
    let bytes: Uint8Array;
    try {
      bytes = base64urlnopad.decode(text(value, what));
    } catch {
      throw JsonError.not(what, wanted);
    }
    if (bytes.length % size !== 0 || bytes.length > most * size) throw JsonError.not(what, wanted);
    return Array.from({ length: bytes.length / size }, (_, index) =>
      unpack(bytes.slice(index * size, (index + 1) * size)),
    );
  };

const packEntry = (entry: Revocation): Uint8Array => {
  const { fingerprint, kind, until, pending, number, issuedAt } = entry;
  const bytes = new Uint8Array(ENTRY_BYTES);
  bytes.set(fingerprint);
  const view = viewOf(bytes);
  for (const [index, value] of [until, pending ?? 0, number, issuedAt].entries()) {
    view.setUint32(FINGERPRINT_BYTES + 4 * index, value);
  }
  bytes[ENTRY_BYTES - 1] = KINDS.indexOf(kind) | (pending === undefined ? 0 : PENDING);
  return bytes;
};

const entries = packed<Revocation>(ENTRY_BYTES, MOST_ENTRIES, (bytes) => {
  const view = viewOf(bytes);
  const [until, pending, number, issuedAt] = [0, 1, 2, 3].map((index) =>
    view.getUint32(FINGERPRINT_BYTES + 4 * index),
  ) as [number, number, number, number];
  const code = view.getUint8(ENTRY_BYTES - 1);
  const kind = KINDS[code & ~PENDING];
  if (kind === undefined) throw JsonError.not('entries', 'of revoked, suspended and removed keys');
  const limit = (code & PENDING) === 0 ? { until } : { until, pending };
  return { fingerprint: bytes.slice(0, FINGERPRINT_BYTES), kind, ...limit, number, issuedAt };
});

const time = whole(MAX_TIME);

const encodeList = ({ floor, entries }: Revocations): object => ({
  floor,
  entries: base64urlnopad.encode(concat(...entries.map(packEntry))),
});

const list = {
  floor: object<Limit>({ until: time, pending: optional(time) }),
  entries,
};

/** Of a list that the car keeps by itself. */
export const encodeRevocations = encodeList;

export const revocations = object<Revocations>(list);

export const encodeOwnerRevocations = ({
  owner,
  number,
  issuedAt,
  incoming,
  ...rest
}: OwnerRevocations): object => ({
  owner: toHex(owner),
  number,
  issuedAt,
  ...encodeList(rest),
  incoming:
    incoming === undefined
      ? null
      : { ...incoming, resumed: base64urlnopad.encode(concat(...incoming.resumed)) },
});

/** Of `encodeOwnerRevocations`. */
export const ownerRevocations = object<OwnerRevocations>({
  owner: hexBytes(FINGERPRINT_BYTES),
  number: time,
  issuedAt: time,
  ...list,
  incoming: absent(
    object<IncomingList>({
      number: time,
      issuedAt: time,
      parts: whole(MOST_PARTS),
      have: whole(2 ** MOST_PARTS - 1),
      resumed: packed(FINGERPRINT_BYTES, MOST_ENTRIES, (bytes) => bytes),
    }),
  ),
});

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
