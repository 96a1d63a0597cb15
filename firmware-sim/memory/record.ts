import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { toHex } from '../../lib/platform/bytes.js';
import { bytes, integer, invalid, list, object } from './fields.js';
import { decodeKey, encodeKey, MAX_SLOTS } from './key-record.js';
import {
  decodeClock,
  decodeNoticesList,
  decodePin,
  decodeRemoved,
  encodeNotices,
  encodePin,
  encodeRemoved,
} from './rights-record.js';
import type { ClockRecord, OwnerNotices, PinRecord, RemovedKey } from './rights-record.js';

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
  readonly notices: readonly OwnerNotices[];
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
  notices: [],
  removed: [],
  clock: { offset: 0, floor: 0, lost: false },
});

const FIELDS = [
  'privateKey',
  'pairingTries',
  'keys',
  'epoch',
  'notices',
  'removed',
  'clock',
  'pin',
] as const;

/** The record as JSON, binary fields in hex, long lists packed. */
export const encodeRecord = (record: CarRecord): string =>
  JSON.stringify({
    privateKey: toHex(record.privateKey),
    pairingTries: record.pairingTries,
    keys: record.keys.map(encodeKey),
    epoch: record.epoch,
    notices: record.notices.map(encodeNotices),
    removed: encodeRemoved(record.removed),
    clock: record.clock,
    pin: record.pin === undefined ? null : encodePin(record.pin),
  });

/** @throws Error saying which field is wrong; never tells its value. */
export const decodeRecord = (text: string): CarRecord => {
  const fields = object('record', parseJson(text), FIELDS);
  return {
    privateKey: bytes('privateKey', fields['privateKey'], 32),
    pairingTries: integer('pairingTries', fields['pairingTries'], Number.MAX_SAFE_INTEGER),
    keys: distinct(list('keys', fields['keys'], MAX_SLOTS).map(decodeKey)),
    epoch: integer('epoch', fields['epoch'], MOST_EPOCH),
    notices: decodeNoticesList(fields['notices']),
    removed: decodeRemoved(fields['removed']),
    clock: decodeClock(fields['clock']),
    ...(fields['pin'] === null ? {} : { pin: decodePin(fields['pin']) }),
  };
};

const distinct = (keys: readonly KeySlot[]): readonly KeySlot[] => {
  keys.reduce((last, { slot }) => {
    if (slot <= last) throw invalid('slot');
    return slot;
  }, -1);
  if (new Set(keys.map((key) => toHex(key.publicKey))).size !== keys.length) {
    throw invalid('publicKey');
  }
  return keys;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its error may quote the text, and the text holds the private key.
    throw invalid('JSON');
  }
};
