import { toHex } from '../../lib/platform/bytes.js';
import {
  absent,
  hexBytes,
  JsonError,
  list,
  object,
  name,
  readJson,
  whole,
} from '../../local/json.js';
import { MOST_NAME_BYTES } from '../../lib/domain/names.js';
import { encodeOutcome, rememberedOutcomes } from './outcome-record.js';
import type { RememberedOutcome } from './outcome-record.js';
import { firstCard, MOST_CARDS } from '../cards.js';
import type { KeyCard } from '../cards.js';
import { FIRST_CARD_SLOT, MAX_CAR_SLOTS } from '../rights/slots.js';
import { encodeKey, keySlot, MAX_SLOTS } from './key-record.js';
import { MOST_FORMER_OWNERS } from '../rights/departure.js';
import { MOST_EPOCH } from '../rights/rekey.js';
import { noRevocations } from '../rights/revocations.js';
import type { Rights } from '../rights/rights.js';
import {
  clockRecord,
  encodeOwnerRevocations,
  encodePin,
  encodeRevocations,
  ownerRevocations,
  pinRecord,
  revocations,
} from './rights-record.js';
import type { PinRecord } from './rights-record.js';

/** Everything the car must not forget, as one record: a commit takes all of it or none. */
export interface CarRecord extends Rights {
  /** X25519 private key, 32 bytes: the car's identity. */
  readonly privateKey: Uint8Array;
  /** Pairing tries ever counted; never goes back, not even in a factory reset. */
  readonly pairingTries: number;
  /** One to eight, ascending by slot. */
  readonly cards: readonly KeyCard[];
  /** Of commands with an id, until they could not act any more. */
  readonly outcomes: readonly RememberedOutcome[];
  /** To be typed before driving. */
  readonly pin?: PinRecord;
}

/**
 * Of a new car, or of one after a factory reset.
 * @param card the name of its one key card
 */
export const newRecord = (privateKey: Uint8Array, card?: string): CarRecord => ({
  privateKey,
  pairingTries: 0,
  keys: [],
  cards: [firstCard(card)],
  epoch: 0,
  own: noRevocations,
  owners: [],
  clock: { offset: 0, floor: 0, lost: false },
  outcomes: [],
});

/** The record as JSON, binary fields in hex, long lists packed. */
export const encodeRecord = (record: CarRecord): string =>
  JSON.stringify({
    privateKey: toHex(record.privateKey),
    pairingTries: record.pairingTries,
    keys: record.keys.map(encodeKey),
    cards: record.cards,
    epoch: record.epoch,
    own: encodeRevocations(record.own),
    owners: record.owners.map(encodeOwnerRevocations),
    clock: record.clock,
    outcomes: record.outcomes.map(encodeOutcome),
    pin: record.pin === undefined ? null : encodePin(record.pin),
  });

const keyCard = object<KeyCard>({
  slot: whole(MAX_CAR_SLOTS - 1, FIRST_CARD_SLOT),
  name: name(MOST_NAME_BYTES),
});

const carRecord = object<CarRecord>({
  privateKey: hexBytes(32),
  pairingTries: whole(Number.MAX_SAFE_INTEGER),
  keys: list(keySlot, MAX_SLOTS),
  cards: list(keyCard, MOST_CARDS, 1),
  epoch: whole(MOST_EPOCH),
  own: revocations,
  owners: list(ownerRevocations, MAX_SLOTS + MOST_FORMER_OWNERS),
  clock: clockRecord,
  outcomes: rememberedOutcomes,
  pin: absent(pinRecord),
});

/** @throws JsonError saying which field is wrong; never tells its value. */
export const decodeRecord = (text: string): CarRecord => {
  const record = readJson(text, 'record', carRecord);
  requireAscending(record.keys);
  requireAscending(record.cards);
  requireDifferent('publicKey', record.keys);
  requireDifferent('owner', record.owners);
  if (new Set(record.cards.map(({ name }) => name)).size !== record.cards.length) {
    throw JsonError.not('name', 'of one card alone');
  }
  return record;
};

const requireAscending = (keys: readonly { readonly slot: number }[]): void => {
  if (keys.some(({ slot }, index) => slot <= (keys[index - 1]?.slot ?? -1))) {
    throw JsonError.not('slot', 'above the one before');
  }
};

const requireDifferent = <K extends string>(
  what: K,
  items: readonly { readonly [Name in K]: Uint8Array }[],
): void => {
  if (new Set(items.map((item) => toHex(item[what]))).size !== items.length) {
    throw JsonError.not(what, 'of one key alone');
  }
};
