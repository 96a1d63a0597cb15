import { COMMAND_ID_BYTES } from '../../lib/domain/commands.js';
import { FORM_FACTORS } from '../../lib/domain/names.js';
import {
  MAX_TIME,
  LEAF_BYTES,
  MOST_CHAIN_BYTES,
  NO_END,
  parseChain,
} from '../../lib/credentials/grant.js';
import { LEAST_PART_BYTES, MOST_PART_BYTES } from '../../lib/credentials/revocation-list.js';
import type { RevocationEntry } from '../../lib/credentials/revocation-list.js';
import { GRANTED_ROLES, ROLES } from '../../lib/domain/roles.js';
import type {
  CarMail,
  HeldGrant,
  MailedGrant,
  OutboxEntry,
  OwnRevocationList,
  PairedCar,
  SharedKey,
  Offer,
  KeyPair,
  Wish,
} from '../../lib/index.js';
import { MOST_GRANTS, MOST_RELAYED } from '../../lib/phone/grants.js';
import { MOST_IN_OUTBOX } from '../../lib/phone/outbox-entries.js';
import { MOST_ENTRIES } from '../../lib/phone/own-list.js';
import { LIST_REFUSALS, MOST_ANSWERED, MOST_MAILED, MOST_SHARED } from '../../lib/phone/store.js';
import { MOST_WISHES } from '../../lib/phone/wishes.js';
import { toHex } from '../../lib/platform/bytes.js';
import { isJsonObject } from '../../lib/platform/json.js';
import { nativeProfile } from '../../lib/native/profile.js';
import { isRowHandle } from '../../lib/radio/gatt-row.js';
import {
  boolean,
  hexBytes,
  JsonError,
  list,
  name,
  object,
  oneOf,
  only,
  optional,
  text,
  whole,
  readJson,
} from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';
import { PhoneKeyError } from '../../lib/errors.js';

/** The text of a key file: one car, JSON, version 2. Keys are 32 bytes each, in hex, as all bytes are. */
const VERSION = 2;

/**
 * Largest file that is read, in bytes. One without grants and revocation lists has about 600; the most
 * that a phone may share, revoke and relay for one car has about 360,000.
 */
export const MAX_FILE = 512 * 1024;

/** The car's own name has 32 bytes at most; a phone may append a number. */
const MAX_NAME = 64;
/** What a person calls a phone. */
const MAX_OWN_NAME = 32;
/** Of an account of the cloud. */
const MAX_ACCOUNT = 64;

export const formatKeyFile = (car: PairedCar): string =>
  formatPrivate({
    version: VERSION,
    name: car.name,
    dialect: car.dialect,
    state: car.state,
    unconfirmed: car.unconfirmed,
    role: car.role,
    slot: car.slot,
    car: { publicKey: toHex(car.carPublicKey) },
    identity: keyPairJson(car.identity),
    signing: keyPairJson(car.signing),
    epoch: car.epoch,
    clockOffset: car.clockOffset,
    mark: car.mark,
    floor: car.floor,
    grant: car.grant && toHex(car.grant),
    relayed: car.relayed,
    otherGrants: car.otherGrants?.map(({ grant, ...rest }) => ({ grant: toHex(grant), ...rest })),
    ownName: car.ownName,
    ownFormFactor: car.ownFormFactor,
    attHandle: car.attHandle,
    shared: car.shared,
    revocationList: car.revocationList && {
      ...car.revocationList,
      entries: car.revocationList.entries.map(formatEntry),
    },
    outbox: car.outbox?.map(({ part, ...rest }) => ({ part: toHex(part), ...rest })),
    wishes: car.wishes?.map(({ id, since }) => ({ id: toHex(id), since })),
    mail: car.mail && {
      ...car.mail,
      grants: car.mail.grants?.map(({ account, grant }) => ({ account, grant: toHex(grant) })),
    },
  });

/**
 * Reads what `formatKeyFile` wrote and nothing else: a field too many or of another type is an error.
 * @throws PhoneKeyError `keys.unreadable`, `keys.earlier-format`; never quotes the contents
 */
export const parseKeyFile = (file: string): PairedCar => {
  const { version: _, car, ...rest } = parsePrivate(file, ofVersion(VERSION, keyFile));
  return { ...rest, carPublicKey: car.publicKey };
};

/** One line for each: `43ea6d628a0fbb21 1800000000 revoked`. */
const formatEntry = ({ fingerprint, since, kind }: RevocationEntry): string =>
  `${toHex(fingerprint)} ${String(since)} ${kind}`;

const entry: JsonReader<RevocationEntry> = (value, what) => {
  const [fingerprint, since = '', kind, ...rest] = text(value, what).split(' ');
  if (rest.length > 0 || !/^\d{1,10}$/.test(since))
    throw JsonError.not(what, 'of a revocation list');
  return {
    fingerprint: hexBytes(8)(fingerprint, what),
    since: time(Number(since), what),
    kind: oneOf(['revoked', 'suspended', 'resumed'])(kind, what),
  };
};

const chain: JsonReader<Uint8Array> = (value, what) => {
  const read = hexBytes(LEAF_BYTES, MOST_CHAIN_BYTES)(value, what);
  try {
    parseChain(read);
  } catch {
    throw JsonError.not(what, 'a chain of grants');
  }
  return read;
};

const attHandle = only('a handle of ATT', (value) => isRowHandle(value, nativeProfile));

/** A field that is there only where it is so. */
const yes: JsonReader<true> = (value, what) => {
  if (value !== true) throw JsonError.not(what, 'true');
  return value;
};

const formatPrivate = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** @throws PhoneKeyError `keys.unreadable`; never quotes the contents */
const parsePrivate = <T>(text: string, reader: JsonReader<T>): T => {
  try {
    return readJson(text, 'it', reader);
  } catch (error) {
    if (error instanceof JsonError) throw new PhoneKeyError('keys.unreadable', error.message);
    throw error;
  }
};

/** Looks at the version first: nobody knows what stands in files of others. */
const ofVersion =
  <T>(known: number, reader: JsonReader<T>): JsonReader<T> =>
  (value, what) => {
    const found = isJsonObject(value) ? value['version'] : known;
    if (found === known) return reader(value, what);
    if (typeof found === 'number' && found < known) {
      throw new PhoneKeyError('keys.earlier-format', 'it is of an earlier format');
    }
    throw new JsonError('a version this phonekey does not know');
  };

const keyPair = object<KeyPair>({ privateKey: hexBytes(32), publicKey: hexBytes(32) });

const keyPairJson = ({ privateKey, publicKey }: KeyPair) => ({
  privateKey: toHex(privateKey),
  publicKey: toHex(publicKey),
});

const time = whole(MAX_TIME);
const grantTime = whole(NO_END);
const count = whole(255);
const offset = whole(2 ** 32 - 1, 1 - 2 ** 32);

/** 8 bytes that stand for more. */
const hexName: JsonReader<string> = (value, what) => toHex(hexBytes(8)(value, what));

const sharedKey = object<SharedKey>({
  fingerprint: hexName,
  name: optional(name(MAX_OWN_NAME)),
  role: oneOf(GRANTED_ROLES),
  issuedAt: grantTime,
  notBefore: grantTime,
  notAfter: grantTime,
  uses: count,
  leaseHours: count,
  delegations: count,
  lastEnd: optional(grantTime),
});

const keyFile = object<
  Omit<PairedCar, 'carPublicKey'> & {
    readonly version: number;
    readonly car: { readonly publicKey: Uint8Array };
  }
>({
  version: whole(VERSION),
  name: name(MAX_NAME),
  dialect: optional(name(MAX_OWN_NAME)),
  state: oneOf(['pending', 'paired']),
  unconfirmed: optional(yes),
  role: optional(oneOf(ROLES)),
  slot: optional(whole(999)),
  car: object<{ readonly publicKey: Uint8Array }>({ publicKey: hexBytes(32) }),
  identity: keyPair,
  signing: keyPair,
  epoch: optional(whole(0xffff)),
  clockOffset: optional(offset),
  mark: optional(time),
  floor: optional(time),
  grant: optional(chain),
  relayed: optional(yes),
  otherGrants: optional(
    list(
      object<HeldGrant>({ grant: chain, taken: optional(yes), relayed: optional(yes) }),
      MOST_GRANTS + MOST_RELAYED - 1,
    ),
  ),
  ownName: optional(name(MAX_OWN_NAME)),
  ownFormFactor: optional(oneOf(FORM_FACTORS)),
  attHandle: optional(attHandle),
  shared: optional(list(sharedKey, MOST_SHARED)),
  revocationList: optional(
    object<OwnRevocationList>({
      number: time,
      issuedAt: time,
      floor: time,
      entries: list(entry, MOST_ENTRIES),
    }),
  ),
  outbox: optional(
    list(
      object<OutboxEntry>({
        part: hexBytes(LEAST_PART_BYTES, MOST_PART_BYTES),
        own: boolean,
        refused: optional(oneOf(LIST_REFUSALS)),
      }),
      MOST_IN_OUTBOX,
    ),
  ),
  wishes: optional(
    list(object<Wish>({ id: hexBytes(COMMAND_ID_BYTES), since: time }), MOST_WISHES),
  ),
  mail: optional(
    object<CarMail>({
      car: optional((value, what) => toHex(hexBytes(16)(value, what))),
      answered: optional(list(hexName, MOST_ANSWERED)),
      grants: optional(
        list(object<MailedGrant>({ account: name(MAX_ACCOUNT), grant: chain }), MOST_MAILED),
      ),
    }),
  ),
});

/** The text of an offer: a key that waits for a grant, JSON, version 1. */
export const formatOffer = ({ identity, signing, madeAt }: Offer): string =>
  formatPrivate({
    version: 1,
    madeAt,
    identity: keyPairJson(identity),
    signing: keyPairJson(signing),
  });

const offerFile = object<Offer & { readonly version: number }>({
  version: whole(1),
  madeAt: time,
  identity: keyPair,
  signing: keyPair,
});

/** @throws PhoneKeyError `keys.unreadable`, `keys.earlier-format`; never quotes the contents */
export const parseOffer = (text: string): Offer => {
  const { version: _, ...offer } = parsePrivate(text, ofVersion(1, offerFile));
  return offer;
};
