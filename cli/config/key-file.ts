import { FORM_FACTORS } from '../../lib/domain/form-factors.js';
import { LEAF_BYTES, MOST_CHAIN_BYTES, NO_END, parseChain } from '../../lib/credentials/grant.js';
import {
  ENTRIES_PER_PART,
  LEAST_NOTICE_BYTES,
  MOST_NOTICE_BYTES,
  MOST_PARTS,
} from '../../lib/credentials/notice.js';
import type { NoticeEntry } from '../../lib/credentials/notice.js';
import { GRANTED_ROLES, ROLES } from '../../lib/domain/roles.js';
import type { CarriedNotice, OwnNotice, PairedCar, SharedKey } from '../../lib/index.js';
import { MOST_CARRIED } from '../../lib/phone/carried.js';
import { MOST_SHARED } from '../../lib/phone/store.js';
import { toHex } from '../../lib/platform/bytes.js';
import { nativeProfile } from '../../lib/native/profile.js';
import { isRowHandle } from '../../lib/radio/gatt-row.js';
import {
  bytes,
  flag,
  keyPair,
  keyPairJson,
  list,
  name,
  object,
  oneOf,
  optional,
  parseJson,
  unreadable,
  whole,
} from './strict-json.js';

/**
 * The text of a key file: one car, JSON, version 1. Keys are 32 bytes each, in hex, as all bytes are.
 * What came later is optional, so that files of before are read as they are.
 */

/**
 * Largest file that is read, in bytes. One without grants and notices has about 600; the most that
 * a phone may share, revoke and carry for one car has about 350,000.
 */
export const MAX_FILE = 512 * 1024;

const VERSION = 1;
const FIELDS = ['version', 'name', 'state', 'role', 'slot', 'car', 'identity', 'signing'];
const LATER_FIELDS = [
  'epoch',
  'grant',
  'ownName',
  'ownFormFactor',
  'attHandle',
  'shared',
  'notice',
  'carrying',
];
const SHARED_TIMES = ['issuedAt', 'notBefore', 'notAfter'] as const;
const SHARED_COUNTS = ['uses', 'leaseHours', 'delegations'] as const;
/** The car's own name has 32 bytes at most; a phone may append a number. */
const MAX_NAME = 64;
/** What a person calls a phone. */
const MAX_OWN_NAME = 32;

export const formatKeyFile = (car: PairedCar): string =>
  `${JSON.stringify(
    {
      version: VERSION,
      name: car.name,
      state: car.state,
      role: car.role,
      slot: car.slot,
      car: { publicKey: toHex(car.carPublicKey) },
      identity: keyPairJson(car.identity),
      signing: keyPairJson(car.signing),
      epoch: car.epoch,
      grant: car.grant && toHex(car.grant),
      ownName: car.ownName,
      ownFormFactor: car.ownFormFactor,
      attHandle: car.attHandle,
      shared: car.shared,
      notice: car.notice && { ...car.notice, entries: car.notice.entries.map(formatEntry) },
      carrying: car.carrying?.map(({ notice, own }) => ({ notice: toHex(notice), own })),
    },
    undefined,
    2,
  )}\n`;

/**
 * Reads what `formatKeyFile` wrote and nothing else: a field too many or of another type is an error.
 * @throws PhoneKeyError `keys.unreadable`; never quotes the contents
 */
export const parseKeyFile = (text: string): PairedCar => {
  const root = object(parseJson(text), [...FIELDS, ...LATER_FIELDS]);
  if (root['version'] !== VERSION) throw unreadable('a version this phonekey does not know');
  return {
    name: name(MAX_NAME)(root['name']),
    state: oneOf(['pending', 'paired'] as const)(root['state']),
    carPublicKey: bytes(32)(object(root['car'], ['publicKey'])['publicKey']),
    identity: keyPair(root['identity']),
    signing: keyPair(root['signing']),
    ...optional(root, 'role', oneOf(ROLES)),
    ...optional(root, 'slot', whole(999)),
    ...optional(root, 'epoch', whole(0xffff)),
    ...optional(root, 'grant', chain),
    ...optional(root, 'ownName', name(MAX_OWN_NAME)),
    ...optional(root, 'ownFormFactor', oneOf(FORM_FACTORS)),
    ...optional(root, 'attHandle', attHandle),
    ...optional(root, 'shared', (value) => list(value, MOST_SHARED, sharedKey)),
    ...optional(root, 'notice', ownNotice),
    ...optional(root, 'carrying', (value) => list(value, MOST_CARRIED, carriedNotice)),
  };
};

const chain = (value: unknown): Uint8Array => {
  const read = bytes(LEAF_BYTES, MOST_CHAIN_BYTES)(value);
  try {
    parseChain(read);
  } catch {
    throw unreadable('not a grant');
  }
  return read;
};

const attHandle = (value: unknown): number => {
  if (!isRowHandle(value, nativeProfile)) throw unreadable('not a handle of ATT, or out of range');
  return value;
};

const sharedKey = (value: unknown): SharedKey => {
  const root = object(value, ['fingerprint', 'name', 'role', ...SHARED_TIMES, ...SHARED_COUNTS]);
  const time = whole(NO_END);
  const count = whole(255);
  return {
    fingerprint: toHex(bytes(8)(root['fingerprint'])),
    ...optional(root, 'name', name(MAX_OWN_NAME)),
    role: oneOf(GRANTED_ROLES)(root['role']),
    issuedAt: time(root['issuedAt']),
    notBefore: time(root['notBefore']),
    notAfter: time(root['notAfter']),
    uses: count(root['uses']),
    leaseHours: count(root['leaseHours']),
    delegations: count(root['delegations']),
  };
};

const ownNotice = (value: unknown): OwnNotice => {
  const root = object(value, ['number', 'stamp', 'entries']);
  return {
    number: whole(2 ** 32 - 1)(root['number']),
    stamp: whole(2 ** 32 - 1)(root['stamp']),
    entries: list(root['entries'], MOST_PARTS * ENTRIES_PER_PART, entry),
  };
};

/** One line for each: `43ea6d628a0fbb21 1800000000 revoked`. */
const formatEntry = ({ fingerprint, since, kind }: NoticeEntry): string =>
  `${toHex(fingerprint)} ${String(since)} ${kind}`;

const entry = (value: unknown): NoticeEntry => {
  if (typeof value !== 'string') throw unreadable('not an entry of a notice');
  const [fingerprint, since = '', kind, ...rest] = value.split(' ');
  if (rest.length > 0 || !/^\d{1,10}$/.test(since)) throw unreadable('not an entry of a notice');
  return {
    fingerprint: bytes(8)(fingerprint),
    since: whole(2 ** 32 - 1)(Number(since)),
    kind: oneOf(['revoked', 'suspended'] as const)(kind),
  };
};

const carriedNotice = (value: unknown): CarriedNotice => {
  const root = object(value, ['notice', 'own']);
  return {
    notice: bytes(LEAST_NOTICE_BYTES, MOST_NOTICE_BYTES)(root['notice']),
    own: flag(root['own']),
  };
};
