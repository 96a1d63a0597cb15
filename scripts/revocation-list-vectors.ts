import { flip } from '../lab/flip.js';
import { HEADER_BYTES, sealPart, tagged, writePart } from '../lab/forged-credentials.js';
import type { SealOptions } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { ENTRIES_PER_PART, sealRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationList, RevocationEntry } from '../lib/credentials/revocation-list.js';
import { formatUri } from '../lib/credentials/uri.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { concat, toHex, utf8 } from '../lib/platform/bytes.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { counting, fixed, KEYS, NOTE, suite } from './example-keys.js';
import { SECOND_OWNER } from './grant-vectors.js';
import {
  EXAMPLE_REVOCATION_LIST,
  exampleChain,
  exampleRevocationList,
  NOW,
} from './sharing-examples.js';

/** test/vectors/revocation-lists.json and uris.json. */

const owner = KEYS.phoneSigning;
const otherCar = suite.x25519KeyPair(KEYS.revocationListEphemeral).publicKey;

const seal = (revocationList: RevocationList, signing: KeyPair = owner): readonly Uint8Array[] =>
  sealRevocationList(suite, seededRandom('vectors'), signing, KEYS.car.publicKey, revocationList);

const one = (revocationList: RevocationList, signing: KeyPair = owner): Uint8Array =>
  seal(revocationList, signing)[0] ?? new Uint8Array(0);

/** A body of its own, signed by the owner and sealed. */
const raw = (body: Uint8Array, options?: SealOptions, car = KEYS.car.publicKey): Uint8Array =>
  sealPart(fixed(KEYS.revocationListEphemeral), owner, car, body, options);

const retagged = (sealed: Uint8Array): Uint8Array => tagged(KEYS.car.publicKey, sealed);

const EMPTY: RevocationList = { ...EXAMPLE_REVOCATION_LIST, entries: [] };
const body = writePart(EXAMPLE_REVOCATION_LIST);
const KIND_AT = HEADER_BYTES + 12;

const byte = (at: number, value: number): Uint8Array => {
  const out = body.slice();
  out[at] = value;
  return out;
};

const entry = (index: number, kind: RevocationEntry['kind'] = 'revoked'): RevocationEntry => ({
  fingerprint: fingerprint(suite, counting(index, 32)),
  since: NOW,
  kind,
});

const entries = (count: number): readonly RevocationEntry[] =>
  Array.from({ length: count }, (_, index) => entry(index));

type Outcome = 'accepted' | 'refused';

const part = (name: string, revocationList: Uint8Array, expect: Outcome = 'refused') => ({
  name,
  revocation_list: toHex(revocationList),
  expect,
});

/** Each alone: is it a part of a revocation list of an owner of this car at all? */
const parts = () => {
  const good = exampleRevocationList();
  return [
    part('the worked example', good, 'accepted'),
    part('no entries: freshness alone', one(EMPTY), 'accepted'),
    part('of the other owner', one({ ...EMPTY, ownerSlot: 3 }, SECOND_OWNER.signing), 'accepted'),
    part('a full part', one({ ...EMPTY, entries: entries(ENTRIES_PER_PART) }), 'accepted'),

    part('nothing', new Uint8Array(0)),
    part('a byte short', good.slice(0, -1)),
    part('a byte too many', concat(good, Uint8Array.of(0))),
    part('zeros', new Uint8Array(142)),
    ...[0, 127].map((bit) => part(`bit ${String(bit)} of the tag flipped`, flip(good, bit))),
    ...[0, 255].map((bit) =>
      part(
        `bit ${String(bit)} of the ephemeral key flipped, tag made anew`,
        retagged(flip(good.subarray(16), bit)),
      ),
    ),
    ...[256, 8 * (good.length - 16) - 1].map((bit) =>
      part(
        `bit ${String(bit)} of the sealed message flipped, tag made anew`,
        retagged(flip(good.subarray(16), bit)),
      ),
    ),
    part(
      'ephemeral key of small order (all zero), tag made anew',
      retagged(concat(new Uint8Array(32), good.subarray(48))),
    ),
    part('for another car', retagged(raw(body, {}, otherCar).subarray(16))),
    part('sealed for this car, signed for another one', raw(body, { signedFor: otherCar })),
    part('sealed with the prologue of a session', raw(body, { prologue: utf8('phonekey v1') })),
    part('signed by a guest', one(EXAMPLE_REVOCATION_LIST, KEYS.guestSigning)),
    part('signed by the other owner', one(EXAMPLE_REVOCATION_LIST, SECOND_OWNER.signing)),
    part('of a slot without an owner', one({ ...EXAMPLE_REVOCATION_LIST, ownerSlot: 5 })),
    part('version 0', raw(byte(0, 0))),
    part('version 2', raw(byte(0, 2))),
    part('no parts', raw(byte(11, 0))),
    part('nine parts', raw(byte(11, 9))),
    part('part 1 of 1', raw(byte(10, 1))),
    part('the first of two parts, and not full', raw(byte(11, 2))),
    part('one entry more than there is', raw(byte(13, 3))),
    part('one entry less than there is', raw(byte(13, 1))),
    part('kind 0', raw(byte(KIND_AT, 0))),
    part('kind 3', raw(byte(KIND_AT, 3))),
    part('a header that ends too early', raw(body.slice(0, HEADER_BYTES - 1))),
    part('145 entries in one part', raw(writePart({ ...EMPTY, entries: entries(145) }))),
  ];
};

interface Step {
  readonly revocation_list: string;
  readonly expect: 'done' | 'revocation_list_invalid';
}

const step =
  (expect: Step['expect']) =>
  (revocationList: Uint8Array): Step => ({ revocation_list: toHex(revocationList), expect });
const [taken, old] = [step('done'), step('revocation_list_invalid')];

/** One after the other to a new car; at the end it knows these fingerprints, in any order. */
const sequence = (name: string, steps: readonly Step[], known: readonly RevocationEntry[]) => ({
  name,
  steps,
  known: known.map((each) => toHex(each.fingerprint)),
});

const sequences = () => {
  const number = (value: number, ...about: readonly number[]): RevocationList => ({
    ...EMPTY,
    number: value,
    issuedAt: NOW + value,
    entries: about.map((each) => entry(each)),
  });
  const all = entries(ENTRIES_PER_PART + 1);
  const [firstPart, lastPart] = twoParts({ ...number(2), entries: all });
  const later = twoParts({
    ...number(3),
    entries: all.map((each) => ({ ...each, since: NOW + 1 })),
  });
  const otherTime = twoParts({ ...number(2), issuedAt: NOW + 9, entries: all });
  const one5 = one(number(5, 1));
  return [
    sequence('the same revocation list again', [taken(one5), old(one5)], [entry(1)]),
    sequence(
      'an older one, which does not bring a key back',
      [taken(one5), old(one(number(4))), old(one(number(0)))],
      [entry(1)],
    ),
    sequence(
      'the same number with other contents',
      [taken(one5), old(one(number(5, 1, 2)))],
      [entry(1)],
    ),
    sequence('a newer one replaces it', [taken(one5), taken(one(number(6, 2)))], [entry(2)]),
    sequence('numbers may be left out', [taken(one5), taken(one(number(900, 2)))], [entry(2)]),
    sequence(
      'each owner has numbers of his own',
      [taken(one5), taken(one({ ...number(1, 2), ownerSlot: 3 }, SECOND_OWNER.signing))],
      [entry(1), entry(2)],
    ),
    sequence(
      'a part adds to what is known as soon as it comes',
      [taken(one(number(1, 200))), taken(lastPart)],
      [entry(200), entry(ENTRIES_PER_PART)],
    ),
    sequence(
      'what is not in it any more goes with the last part of it, in whatever order they come',
      [taken(one(number(1, 200))), taken(lastPart), taken(firstPart)],
      all,
    ),
    sequence('the same part again', [taken(firstPart), old(firstPart), taken(lastPart)], all),
    sequence(
      'a part of the same number issued at another time',
      [taken(firstPart), old(otherTime[1])],
      entries(ENTRIES_PER_PART),
    ),
    sequence(
      'a part of an older one after a part of a newer one',
      [taken(later[0]), old(lastPart), taken(later[1])],
      all,
    ),
  ];
};

const twoParts = (revocationList: RevocationList): readonly [Uint8Array, Uint8Array] => {
  const [first, second] = seal(revocationList);
  if (first === undefined || second === undefined) throw new Error('not two parts');
  return [first, second];
};

export const revocationListVectors = () => ({
  note: NOTE,
  car_private: toHex(KEYS.car.privateKey),
  owners: [
    { slot: 0, signing_public: toHex(owner.publicKey) },
    { slot: SECOND_OWNER.slot, signing_public: toHex(SECOND_OWNER.signing.publicKey) },
  ],
  parts: parts(),
  sequences: sequences(),
});

export const uriVectors = () => {
  const { first, second } = exampleChain();
  const carPublicKey = KEYS.car.publicKey;
  const keys = { publicKey: KEYS.guest.publicKey, signingKey: KEYS.guestSigning.publicKey };
  const key = formatUri({ what: 'key', ...keys });
  const grant = formatUri({ what: 'grant', carPublicKey, chain: concat(first, second) });
  const revocationList = formatUri({ what: 'notice', revocationList: exampleRevocationList() });
  const bad = (name: string, uri: string) => ({ name, uri });
  return {
    note: NOTE,
    valid: [
      { uri: key, what: 'key', bytes: toHex(concat(keys.publicKey, keys.signingKey)) },
      { uri: grant, what: 'grant', bytes: toHex(concat(carPublicKey, first, second)) },
      { uri: revocationList, what: 'notice', bytes: toHex(exampleRevocationList()) },
    ],
    invalid: [
      bad('nothing', ''),
      bad('a scheme without a kind', 'phonekey:'),
      bad('a kind without a payload', 'phonekey:key/'),
      bad('another kind', key.replace('key/', 'owner/')),
      bad('another scheme', key.replace('phonekey:', 'phonekeys:')),
      bad('upper case', key.replace('phonekey:', 'PHONEKEY:')),
      bad('an authority', key.replace('phonekey:', 'phonekey://')),
      bad('something in front', `x${key}`),
      bad('padding', `${key}==`),
      bad('the other alphabet of base64', key.replace('key/', 'key/+').slice(0, -1)),
      bad('a line break in the middle', `${key.slice(0, 40)}\n${key.slice(40)}`),
      bad('a character less', key.slice(0, -1)),
      bad('a character more', `${key}A`),
      bad('bits behind the last byte', `${key.slice(0, -1)}${nextLetter(key.slice(-1))}`),
      bad('a query behind it', `${key}?role=owner`),
      bad('a key under the name of a grant', key.replace('key/', 'grant/')),
      bad('a grant without its last byte', grant.slice(0, -1)),
      bad('a grant without a link', `phonekey:grant/${key.split('/')[1] ?? ''}`),
      bad('a grant under the name of a key', grant.replace('grant/', 'key/')),
      bad('a revocation list of 141 bytes', `phonekey:notice/${'A'.repeat(188)}`),
      bad('a revocation list of 2015 bytes', `phonekey:notice/${'A'.repeat(2687)}`),
    ],
  };
};

/** The last letter of 64 bytes has four bits to spare, which are 0. */
const nextLetter = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1);
