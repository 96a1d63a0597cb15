import { flip } from '../lab/flip.js';
import { HEADER_BYTES, sealPart, tagged, writePart } from '../lab/forged-credentials.js';
import type { SealOptions } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { ENTRIES_PER_PART, sealRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationList, RevocationEntry } from '../lib/credentials/revocation-list.js';
import { formatUri } from '../lib/credentials/uri.js';
import type { PhoneKeyUri } from '../lib/credentials/uri.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { concat, toHex, utf8 } from '../lib/platform/bytes.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { counting, fixed, forBits, KEYS, NOTE, suite } from './example-keys.js';
import { SECOND_OWNER } from './grant-vectors.js';
import {
  EXAMPLE_REVOCATION_LIST,
  exampleRevocationList,
  GRANT_URI,
  GUEST,
  GUEST_KEY_URI,
  LINKS,
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

const byte = (at: number, value: number): Uint8Array => raw(body.with(at, value));

const entry = (index: number, kind: RevocationEntry['kind'] = 'revoked'): RevocationEntry => ({
  fingerprint: fingerprint(suite, counting(index, 32)),
  since: NOW,
  kind,
});

const entries = (count: number): readonly RevocationEntry[] =>
  Array.from({ length: count }, (_, index) => entry(index));

const parts = (expect: 'accepted' | 'refused', values: Readonly<Record<string, Uint8Array>>) =>
  Object.entries(values).map(([name, value]) => ({ name, revocation_list: toHex(value), expect }));

/** Each alone: is it a part of a revocation list of an owner of this car at all? */
const allParts = () => {
  const good = exampleRevocationList();
  const untagged = good.subarray(16);
  const flipped = (bit: number): Uint8Array => retagged(flip(untagged, bit));
  const last = 8 * untagged.length - 1;
  return [
    ...parts('accepted', {
      'the worked example': good,
      'no entries: freshness alone': one(EMPTY),
      'of the other owner': one({ ...EMPTY, ownerSlot: 3 }, SECOND_OWNER.signing),
      'a full part': one({ ...EMPTY, entries: entries(ENTRIES_PER_PART) }),
    }),
    ...parts('refused', {
      nothing: new Uint8Array(0),
      'a byte short': good.slice(0, -1),
      'a byte too many': concat(good, Uint8Array.of(0)),
      zeros: new Uint8Array(142),
      ...forBits('bit # of the tag flipped', [0, 127], (bit) => flip(good, bit)),
      ...forBits('bit # of the ephemeral key flipped, tag made anew', [0, 255], flipped),
      ...forBits('bit # of the sealed message flipped, tag made anew', [256, last], flipped),
      'ephemeral key of small order (all zero), tag made anew': retagged(
        concat(new Uint8Array(32), untagged.subarray(32)),
      ),
      'for another car': retagged(raw(body, {}, otherCar).subarray(16)),
      'sealed for this car, signed for another one': raw(body, { signedFor: otherCar }),
      'sealed with the prologue of a session': raw(body, { prologue: utf8('phonekey v1') }),
      'signed by a guest': one(EXAMPLE_REVOCATION_LIST, KEYS.guestSigning),
      'signed by the other owner': one(EXAMPLE_REVOCATION_LIST, SECOND_OWNER.signing),
      'of a slot without an owner': one({ ...EXAMPLE_REVOCATION_LIST, ownerSlot: 5 }),
      'version 0': byte(0, 0),
      'version 2': byte(0, 2),
      'no parts': byte(11, 0),
      'nine parts': byte(11, 9),
      'part 1 of 1': byte(10, 1),
      'the first of two parts, and not full': byte(11, 2),
      'one entry more than there is': byte(13, 3),
      'one entry less than there is': byte(13, 1),
      'kind 0': byte(KIND_AT, 0),
      'kind 3': byte(KIND_AT, 3),
      'a header that ends too early': raw(body.slice(0, HEADER_BYTES - 1)),
      '145 entries in one part': raw(writePart({ ...EMPTY, entries: entries(145) })),
    }),
  ];
};

const step =
  (expect: 'done' | 'revocation_list_invalid') =>
  (...parts: readonly Uint8Array[]) =>
    parts.map((part) => ({ revocation_list: toHex(part), expect }));
const [taken, old] = [step('done'), step('revocation_list_invalid')];

type Steps = readonly ReturnType<typeof taken>[];

/** One after the other to a new car; at the end it knows these fingerprints, in any order. */
const sequences = () => {
  const number = (value: number, ...about: readonly number[]): RevocationList => ({
    ...EMPTY,
    number: value,
    issuedAt: NOW + value,
    entries: about.map((each) => entry(each)),
  });
  const all = entries(ENTRIES_PER_PART + 1);
  const [firstPart, lastPart] = twoParts({ ...number(2), entries: all });
  const newer = all.map((each) => ({ ...each, since: NOW + 1 }));
  const later = twoParts({ ...number(3), entries: newer });
  const otherTime = twoParts({ ...number(2), issuedAt: NOW + 9, entries: all });
  const one5 = one(number(5, 1));
  const others = one({ ...number(1, 2), ownerSlot: 3 }, SECOND_OWNER.signing);
  const before = one(number(1, 200));
  const only = (index: number): readonly RevocationEntry[] => [entry(index)];
  const cases: Readonly<Record<string, readonly [Steps, readonly RevocationEntry[]]>> = {
    'the same revocation list again': [[taken(one5), old(one5)], only(1)],
    'an older one, which does not bring a key back': [
      [taken(one5), old(one(number(4)), one(number(0)))],
      only(1),
    ],
    'the same number with other contents': [[taken(one5), old(one(number(5, 1, 2)))], only(1)],
    'a newer one replaces it': [[taken(one5, one(number(6, 2)))], only(2)],
    'numbers may be left out': [[taken(one5, one(number(900, 2)))], only(2)],
    'each owner has numbers of his own': [[taken(one5, others)], [entry(1), entry(2)]],
    'a part adds to what is known as soon as it comes': [
      [taken(before, lastPart)],
      [entry(200), entry(ENTRIES_PER_PART)],
    ],
    'what is not in it any more goes with the last part of it, in whatever order they come': [
      [taken(before, lastPart, firstPart)],
      all,
    ],
    'the same part again': [[taken(firstPart), old(firstPart), taken(lastPart)], all],
    'a part of the same number issued at another time': [
      [taken(firstPart), old(otherTime[1])],
      entries(ENTRIES_PER_PART),
    ],
    'a part of an older one after a part of a newer one': [
      [taken(later[0]), old(lastPart), taken(later[1])],
      all,
    ],
  };
  return Object.entries(cases).map(([name, [steps, known]]) => ({
    name,
    steps: steps.flat(),
    known: known.map((each) => toHex(each.fingerprint)),
  }));
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
  parts: allParts(),
  sequences: sequences(),
});

export const uriVectors = () => {
  const part = exampleRevocationList();
  const [key, grant] = [GUEST_KEY_URI, GRANT_URI];
  const valid = (what: PhoneKeyUri['what'], uri: string, ...bytes: readonly Uint8Array[]) => ({
    uri,
    what,
    bytes: toHex(concat(...bytes)),
  });
  const invalid = {
    nothing: '',
    'a scheme without a kind': 'phonekey:',
    'a kind without a payload': 'phonekey:key/',
    'another kind': key.replace('key/', 'owner/'),
    'another scheme': key.replace('phonekey:', 'phonekeys:'),
    'upper case': key.replace('phonekey:', 'PHONEKEY:'),
    'an authority': key.replace('phonekey:', 'phonekey://'),
    'something in front': `x${key}`,
    padding: `${key}==`,
    'the other alphabet of base64': key.replace('key/', 'key/+').slice(0, -1),
    'a line break in the middle': `${key.slice(0, 40)}\n${key.slice(40)}`,
    'a character less': key.slice(0, -1),
    'a character more': `${key}A`,
    'bits behind the last byte': `${key.slice(0, -1)}${nextLetter(key.slice(-1))}`,
    'a query behind it': `${key}?role=owner`,
    'a key under the name of a grant': key.replace('key/', 'grant/'),
    'a grant without its last byte': grant.slice(0, -1),
    'a grant without a link': `phonekey:grant/${key.split('/')[1] ?? ''}`,
    'a grant under the name of a key': grant.replace('grant/', 'key/'),
    'a revocation list of 141 bytes': `phonekey:notice/${'A'.repeat(188)}`,
    'a revocation list of 2015 bytes': `phonekey:notice/${'A'.repeat(2687)}`,
  };
  return {
    note: NOTE,
    valid: [
      valid('key', key, GUEST.publicKey, GUEST.signingKey),
      valid('grant', grant, KEYS.car.publicKey, LINKS.both),
      valid('notice', formatUri({ what: 'notice', revocationList: part }), part),
    ],
    invalid: Object.entries(invalid).map(([name, uri]) => ({ name, uri })),
  };
};

/** The last letter of 64 bytes has four bits to spare, which are 0. */
const nextLetter = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1);
