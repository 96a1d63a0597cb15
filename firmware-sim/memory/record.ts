import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { toHex } from '../../lib/platform/bytes.js';
import { absent, hexBytes, JsonError, list, object, readJson, whole } from '../../local/json.js';
import { encodeKey, keySlot, MAX_SLOTS } from './key-record.js';
import {
  clockRecord,
  encodeRevocationList,
  encodePin,
  encodeRemoved,
  ownerRevocationList,
  pinRecord,
  removedKeys,
} from './rights-record.js';
import type { ClockRecord, OwnerRevocationList, PinRecord, RemovedKey } from './rights-record.js';

/** Everything the car must not forget, as one record: a commit takes all of it or none. */
export interface CarRecord {
  /** X25519 private key, 32 bytes: the car's identity. */
  readonly privateKey: Uint8Array;
  /** Pairing tries ever counted; never goes back, not even in a factory reset. */
  readonly pairingTries: number;
  /** Ascending by slot. */
  readonly keys: readonly KeySlot[];
  /** How often the car was re-keyed, 0 to 65535: grants name it. */
  readonly epoch: number;
  /** Ascending by the owner's slot. */
  readonly revocationLists: readonly OwnerRevocationList[];
  readonly removed: readonly RemovedKey[];
  readonly clock: ClockRecord;
  /** To be typed before driving. */
  readonly pin?: PinRecord;
}

export const MOST_EPOCH = 0xffff;

/** Of a new car, or of one after a factory reset. */
export const newRecord = (privateKey: Uint8Array): CarRecord => ({
  privateKey,
  pairingTries: 0,
  keys: [],
  epoch: 0,
  revocationLists: [],
  removed: [],
  clock: { offset: 0, floor: 0, lost: false },
});

/** The record as JSON, binary fields in hex, long lists packed. */
export const encodeRecord = (record: CarRecord): string =>
  JSON.stringify({
    privateKey: toHex(record.privateKey),
    pairingTries: record.pairingTries,
    keys: record.keys.map(encodeKey),
    epoch: record.epoch,
    notices: record.revocationLists.map(encodeRevocationList),
    removed: encodeRemoved(record.removed),
    clock: record.clock,
    pin: record.pin === undefined ? null : encodePin(record.pin),
  });

const carRecord = object<CarRecord>(
  {
    privateKey: hexBytes(32),
    pairingTries: whole(Number.MAX_SAFE_INTEGER),
    keys: list(keySlot, MAX_SLOTS),
    epoch: whole(MOST_EPOCH),
    revocationLists: list(ownerRevocationList, MAX_SLOTS),
    removed: removedKeys,
    clock: clockRecord,
    pin: absent(pinRecord),
  },
  { revocationLists: 'notices' },
);

/** @throws JsonError saying which field is wrong; never tells its value. */
export const decodeRecord = (text: string): CarRecord => {
  const record = readJson(text, 'record', carRecord);
  requireAscending('slot', record.keys);
  requireAscending('ownerSlot', record.revocationLists);
  if (new Set(record.keys.map((key) => toHex(key.publicKey))).size !== record.keys.length) {
    throw JsonError.not('publicKey', 'of one key alone');
  }
  return record;
};

const requireAscending = <K extends string>(
  what: K,
  items: readonly { readonly [Name in K]: number }[],
): void => {
  if (items.some((item, index) => index > 0 && item[what] <= (items[index - 1] ?? item)[what])) {
    throw JsonError.not(what, 'above the one before');
  }
};
