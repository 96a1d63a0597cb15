import { flip } from '../lab/flip.js';
import { HEADER_BYTES, sealPart, tagged, writePart } from '../lab/forged-credentials.js';
import type { SealOptions } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { ENTRIES_PER_PART, sealRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationList, RevocationEntry } from '../lib/credentials/revocation-list.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { concat, toHex, utf8 } from '../lib/platform/bytes.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { counting, fixed, forBits, KEYS, NOTE, suite } from './example-keys.js';
import { SECOND_OWNER } from './grant-vectors.js';
import { EXAMPLE_REVOCATION_LIST, exampleRevocationList, NOW } from './sharing-examples.js';

/** test/vectors/revocation-lists.json. */

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
      'a key that is resumed': byte(KIND_AT, 3),
      'one key twice': one({ ...EMPTY, entries: [entry(1), entry(1, 'resumed')] }),
      'the second of two parts, and empty': raw(writePart({ ...EMPTY, part: 1, parts: 2 })),
      'the eighth of eight parts': raw(writePart({ ...EMPTY, part: 7, parts: 8 })),
      'number 0, which is never new': one({ ...EMPTY, number: 0 }),
      'the highest number and the highest times': one({
        ...EMPTY,
        number: 2 ** 32 - 1,
        issuedAt: 2 ** 32 - 1,
        floor: 2 ** 32 - 1,
        entries: [{ ...entry(1), since: 2 ** 32 - 1 }],
      }),
    }),
    ...parts('refused', {
      nothing: new Uint8Array(0),
      'a byte short': good.slice(0, -1),
      'a byte too many': concat(good, Uint8Array.of(0)),
      zeros: new Uint8Array(148),
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
      'no parts': byte(17, 0),
      'nine parts': byte(17, 9),
      'part 1 of 1': byte(16, 1),
      'part 2 of 2': raw(writePart({ ...EMPTY, part: 2, parts: 2 })),
      'the first of two parts, and empty': raw(writePart({ ...EMPTY, part: 0, parts: 2 })),
      'nine parts, the last one': raw(writePart({ ...EMPTY, part: 8, parts: 9 })),
      'kind 255': byte(KIND_AT, 255),
      'half an entry': raw(body.slice(0, HEADER_BYTES + 6)),
      'part 255 of 1': byte(16, 255),
      'the first of two parts, and not full': byte(17, 2),
      'one entry more than there is': byte(19, 3),
      'one entry less than there is': byte(19, 1),
      'kind 0': byte(KIND_AT, 0),
      'kind 4': byte(KIND_AT, 4),
      'a header that ends too early': raw(body.slice(0, HEADER_BYTES - 1)),
      '145 entries in one part': raw(writePart({ ...EMPTY, entries: entries(145) })),
    }),
  ];
};

/** The highest number of a list. */
const LAST = 2 ** 32 - 1;

/** By the car's clock, when they come. */
const CAR_TIME = NOW + 1000;

type Answer =
  'done' | 'revocation_list_invalid' | 'revocation_list_old' | 'dated_ahead' | 'own_key';

const step =
  (expect: Answer) =>
  (...parts: readonly Uint8Array[]) =>
    parts.map((part) => ({ revocation_list: toHex(part), expect }));
const [taken, old] = [step('done'), step('revocation_list_old')];
const [invalid, ahead, ownKey] = [
  step('revocation_list_invalid'),
  step('dated_ahead'),
  step('own_key'),
];

type Steps = readonly ReturnType<typeof taken>[];

/** A list of this number, whose entries are about keys of these numbers. */
const list =
  (kind: RevocationEntry['kind'], more: Partial<RevocationList> = {}) =>
  (number: number, ...about: readonly number[]): RevocationList => ({
    ...EMPTY,
    number,
    issuedAt: NOW + number,
    entries: about.map((each) => entry(each, kind)),
    ...more,
  });
const [revoking, suspending, resuming] = [list('revoked'), list('suspended'), list('resumed')];

const byOther = (revocationList: RevocationList): Uint8Array =>
  one({ ...revocationList, ownerSlot: SECOND_OWNER.slot }, SECOND_OWNER.signing);

const aboutKey = (publicKey: Uint8Array, kind: RevocationEntry['kind']): RevocationList => ({
  ...revoking(1),
  entries: [{ fingerprint: fingerprint(suite, publicKey), since: NOW, kind }],
});

/** One after the other to a car with two owners; at the end it has these against keys, in any order. */
const sequences = () => {
  const full = entries(ENTRIES_PER_PART);
  const twoOf = (number: number, more: Partial<RevocationList> = {}) =>
    twoParts({
      ...revoking(number),
      entries: [...full, entry(ENTRIES_PER_PART), entry(200, 'resumed')],
      ...more,
    });
  const [firstPart, lastPart] = twoOf(2);
  const later = twoOf(3);
  const otherTime = twoOf(2, { issuedAt: NOW + 9 });
  const suspended200 = entry(200, 'suspended');
  const before = one(suspending(1, 200));
  const one5 = one(revoking(5, 1));
  const only = (index: number, kind?: RevocationEntry['kind']) => [entry(index, kind)];
  const all = entries(ENTRIES_PER_PART + 1);
  /** Cut so that nothing is left for the second part. */
  const fullAndEmpty = {
    ...revoking(2),
    entries: [...full.slice(0, -1), entry(200, 'resumed')],
    parts: 2,
  };
  const fullOf2 = raw(writePart({ ...fullAndEmpty, part: 0 }));
  const emptyOf2 = raw(writePart({ ...fullAndEmpty, part: 1, entries: [] }));
  const cases: Readonly<Record<string, readonly [Steps, readonly RevocationEntry[]]>> = {
    'the same revocation list again': [[taken(one5), old(one5)], only(1)],
    'an older one revokes': [
      [taken(one5), old(one(revoking(4, 2)))],
      [entry(1), entry(2)],
    ],
    'an older one suspends nobody': [
      [taken(one5), old(one(suspending(4, 2)), one(suspending(0, 3)))],
      only(1),
    ],
    'an older one resumes nobody': [
      [taken(one(suspending(5, 1))), old(one(resuming(4, 1)))],
      only(1, 'suspended'),
    ],
    'the same number with other contents': [
      [taken(one5), old(one(revoking(5, 2)), one(suspending(5, 3)))],
      [entry(1), entry(2)],
    ],
    'number 0 revokes, and is old from the beginning': [
      [old(one(revoking(0, 1)), one(suspending(0, 2)))],
      only(1),
    ],
    'the highest number is one like any, and the last': [
      [
        taken(one(suspending(5, 1)), one({ ...resuming(LAST, 1), issuedAt: NOW + 6 })),
        old(one({ ...suspending(LAST, 2), issuedAt: NOW + 7 })),
        old(one({ ...revoking(LAST, 3), issuedAt: NOW + 7 })),
        old(one({ ...suspending(6, 4), issuedAt: NOW + 7 })),
      ],
      only(3),
    ],
    'an empty last part makes it whole': [[taken(before, fullOf2, emptyOf2)], full.slice(0, -1)],
    'a key twice, of both kinds': [
      [taken(one({ ...revoking(5), entries: [entry(1), entry(1, 'suspended'), entry(1)] }))],
      [entry(1), entry(1, 'suspended')],
    ],
    'suspended and resumed in two parts of one list': [
      [
        taken(
          ...twoParts({ ...revoking(5), entries: [suspended200, ...full, entry(200, 'resumed')] }),
        ),
      ],
      [suspended200, ...full],
    ],
    'a newer one adds': [[taken(one5, one(revoking(6, 2)))], [entry(1), entry(2)]],
    'what a newer one leaves out stays': [
      [taken(one(suspending(5, 1)), one(revoking(6)))],
      only(1, 'suspended'),
    ],
    'numbers may be left out': [[taken(one5, one(revoking(900, 2)))], [entry(1), entry(2)]],
    'each owner has numbers of his own': [
      [taken(one5, byOther(revoking(1, 2)))],
      [entry(1), entry(2)],
    ],
    'what a newer one names is resumed': [[taken(one(suspending(5, 1)), one(resuming(6, 1)))], []],
    'what is revoked is not resumed': [[taken(one5, one(resuming(6, 1)))], only(1)],
    'nobody resumes what another owner suspended': [
      [taken(one(suspending(5, 1)), byOther(resuming(9, 1)))],
      only(1, 'suspended'),
    ],
    'suspended and resumed by one list': [
      [taken(one({ ...suspending(5, 1), entries: [entry(1, 'suspended'), entry(1, 'resumed')] }))],
      only(1, 'suspended'),
    ],
    'dated earlier than the suspension': [
      [taken(one(suspending(5, 1)), one({ ...resuming(6, 1), issuedAt: NOW + 4 }))],
      only(1, 'suspended'),
    ],
    'a part counts as soon as it comes, and resumes nobody': [
      [taken(before, lastPart)],
      [suspended200, entry(ENTRIES_PER_PART)],
    ],
    'it resumes with its last part, in whatever order they come': [
      [taken(before, lastPart, firstPart)],
      all,
    ],
    'the same part again': [[taken(before, firstPart, firstPart)], [suspended200, ...full]],
    'a part of the same number issued at another time makes nothing whole': [
      [taken(before, firstPart, otherTime[1])],
      [suspended200, ...all],
    ],
    'a part of an older one counts after a part of a newer one, and makes nothing whole': [
      [taken(before, firstPart, later[0], lastPart)],
      [suspended200, ...all],
    ],
    'dated 300 s ahead': [[taken(one({ ...revoking(5, 1), issuedAt: CAR_TIME + 300 }))], only(1)],
    'dated 301 s ahead': [[ahead(one({ ...revoking(5, 1), issuedAt: CAR_TIME + 301 }))], []],
    'of the epoch before': [[invalid(one({ ...revoking(5, 1), epoch: EMPTY.epoch - 1 }))], []],
    'of an epoch to come': [[invalid(one({ ...revoking(5, 1), epoch: EMPTY.epoch + 1 }))], []],
    'it names its own signer': [
      [ownKey(one(aboutKey(KEYS.phone.publicKey, 'revoked'))), taken(one5)],
      only(1),
    ],
    'it resumes its own signer': [[ownKey(one(aboutKey(KEYS.phone.publicKey, 'resumed')))], []],
    'of an owner whom another one has suspended': [
      [taken(byOther(aboutKey(KEYS.phone.publicKey, 'suspended'))), invalid(one5)],
      aboutKey(KEYS.phone.publicKey, 'suspended').entries,
    ],
  };
  return Object.entries(cases).map(([name, [steps, known]]) => ({
    name,
    steps: steps.flat(),
    known: known.map(({ fingerprint: about, kind }) => ({ fingerprint: toHex(about), kind })),
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
  epoch: EMPTY.epoch,
  now: CAR_TIME,
  owners: [
    { slot: 0, public: toHex(KEYS.phone.publicKey), signing_public: toHex(owner.publicKey) },
    {
      slot: SECOND_OWNER.slot,
      public: toHex(SECOND_OWNER.identity.publicKey),
      signing_public: toHex(SECOND_OWNER.signing.publicKey),
    },
  ],
  parts: allParts(),
  sequences: sequences(),
});
