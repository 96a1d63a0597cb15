import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flip } from '../../../lab/flip.js';
import { sealPart, writePart } from '../../../lab/forged-credentials.js';
import type { PartFields } from '../../../lab/forged-credentials.js';
import {
  decodeEntries,
  encodeEntries,
  ENTRIES_PER_PART,
  isRevocationListFor,
  LEAST_PART_BYTES,
  MOST_PART_BYTES,
  revocationListTagKey,
  openRevocationList,
  sealRevocationList,
} from '../../../lib/credentials/revocation-list.js';
import type { RevocationList, RevocationEntry } from '../../../lib/credentials/revocation-list.js';
import { concat } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { CAR, GUEST, NOW, OWNER, person, suite } from './sample.js';

const entry = (number: number, kind: RevocationEntry['kind'] = 'revoked'): RevocationEntry => ({
  fingerprint: Uint8Array.from([0, 0, 0, 0, 0, 0, number >> 8, number & 0xff]),
  since: NOW,
  kind,
});

const REVOCATION_LIST: RevocationList = {
  ownerSlot: 0,
  epoch: 7,
  number: 5,
  issuedAt: NOW,
  floor: 0,
  entries: [entry(1)],
};

const seal = (revocationList: RevocationList, signing = OWNER.signing, car = CAR.publicKey) =>
  sealRevocationList(suite, seededRandom('notice'), signing, car, revocationList);

const CONTEXT = {
  identity: CAR,
  tagKey: revocationListTagKey(suite, CAR.publicKey),
  ownerKey: (slot: number) => (slot === 0 ? OWNER.signingKey : undefined),
};
const open = (bytes: Uint8Array) => openRevocationList(suite, bytes, CONTEXT);

describe('a revocation list', () => {
  it('is opened as it was sealed, whatever it says', () => {
    const entries = fc.array(
      fc.record({
        fingerprint: fc.uint8Array({ minLength: 8, maxLength: 8 }),
        since: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        kind: fc.constantFrom<RevocationEntry['kind']>('revoked', 'suspended', 'resumed'),
      }),
      { maxLength: 20 },
    );
    const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const fields = fc.record({
      ownerSlot: fc.nat(0xff),
      epoch: fc.nat(0xffff),
      number: seconds,
      issuedAt: seconds,
      floor: seconds,
    });
    fc.assert(
      fc.property(entries, fields, (list, said) => {
        const revocationList = { ...said, entries: list };
        const context = { ...CONTEXT, ownerKey: () => OWNER.signingKey };
        const opened = seal(revocationList).map((bytes) =>
          openRevocationList(suite, bytes, context),
        );
        expect(opened).toEqual([{ ...revocationList, part: 0, parts: 1 }]);
      }),
      { numRuns: 50 },
    );
  });

  it('has 148 bytes and 13 for each entry', () => {
    expect(LEAST_PART_BYTES).toBe(148);
    expect(seal({ ...REVOCATION_LIST, entries: [] })[0]).toHaveLength(148);
    expect(
      seal({ ...REVOCATION_LIST, entries: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => entry(n)) })[0],
    ).toHaveLength(252);
  });

  it('of a thousand entries goes in seven parts, each of which fits a frame', () => {
    const entries = Array.from({ length: 1000 }, (_, n) => entry(n));
    const parts = seal({ ...REVOCATION_LIST, entries });
    expect(parts).toHaveLength(7);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(MOST_PART_BYTES);
    expect(MOST_PART_BYTES + 6).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    const opened = parts.map((part) => open(part)!);
    expect(opened.map(({ part }) => part)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(opened.flatMap(({ entries: some }) => some)).toEqual(entries);
  });

  it('has room for 1152 entries and no more', () => {
    const entries = Array.from({ length: 8 * ENTRIES_PER_PART }, (_, n) => entry(n));
    expect(seal({ ...REVOCATION_LIST, entries })).toHaveLength(8);
    expect(() => seal({ ...REVOCATION_LIST, entries: [...entries, entry(0)] })).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: 'a revocation list of too many entries',
      }),
    );
  });

  it('tells who relays it nothing: not a byte of it is in the clear', () => {
    const fingerprint = Uint8Array.from([0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe]);
    const [sealed] = seal({ ...REVOCATION_LIST, entries: [{ ...entry(1), fingerprint }] });
    const hex = Buffer.from(sealed!).toString('hex');
    expect(hex).not.toContain('deadbeef');
    expect(hex).not.toContain(Buffer.from(OWNER.signingKey).toString('hex'));
    const [again] = sealRevocationList(
      suite,
      seededRandom('other'),
      OWNER.signing,
      CAR.publicKey,
      REVOCATION_LIST,
    );
    expect(again).not.toEqual(seal(REVOCATION_LIST)[0]);
  });

  it.each<[string, Uint8Array]>([
    ['signed by a stranger', seal(REVOCATION_LIST, person(7).signing)[0]!],
    ['signed by a guest', seal(REVOCATION_LIST, GUEST.signing)[0]!],
    ['of an owner who is none', seal({ ...REVOCATION_LIST, ownerSlot: 1 })[0]!],
    ['for another car', seal(REVOCATION_LIST, OWNER.signing, person(8).publicKey)[0]!],
    ['of nothing', new Uint8Array(0)],
    ['of zeros', new Uint8Array(148)],
    ['too long', new Uint8Array(MOST_PART_BYTES + 1)],
  ])('%s is none', (_, bytes) => {
    expect(open(bytes)).toBeUndefined();
  });

  it('with any bit flipped, or cut short, is none', () => {
    const [sealed] = seal(REVOCATION_LIST);
    fc.assert(
      fc.property(fc.nat(sealed!.length * 8 - 1), (bit) => {
        expect(open(flip(sealed!, bit))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    for (let length = 0; length < sealed!.length; length++) {
      expect(open(sealed!.slice(0, length))).toBeUndefined();
    }
  });

  it('is known as one for a car by who knows the car', () => {
    const [sealed] = seal(REVOCATION_LIST);
    expect(isRevocationListFor(suite, CAR.publicKey, sealed!)).toBe(true);
    expect(isRevocationListFor(suite, person(8).publicKey, sealed!)).toBe(false);
    expect(isRevocationListFor(suite, CAR.publicKey, sealed!.subarray(0, 15))).toBe(false);
  });

  it('hides no fault of the car that opens it', () => {
    const ownerKey = () => {
      throw new Error('fault');
    };
    const [sealed] = seal(REVOCATION_LIST);
    expect(() => openRevocationList(suite, sealed!, { ...CONTEXT, ownerKey })).toThrow('fault');
  });
});

describe('what an owner signed and sealed', () => {
  /** With a right signature and a right tag, whatever it says. */
  const openBody = (body: Uint8Array) =>
    open(sealPart(seededRandom('body'), OWNER.signing, CAR.publicKey, body));

  /** Number 5 of epoch 7, time of issue 9, floor 8: of a part, of so many parts, with so many entries. */
  const body = (part: number, parts: number, entries: number, more: Partial<PartFields> = {}) =>
    writePart({
      ownerSlot: 0,
      epoch: 7,
      number: 5,
      issuedAt: 9,
      floor: 8,
      part,
      parts,
      entries: Array.from({ length: entries }, () => ENTRY),
      ...more,
    });
  const ENTRY = { fingerprint: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), since: 9, kind: 1 };
  /** One entry, whose kind is this one. */
  const kind = (code: number): Uint8Array => Uint8Array.of(...body(0, 1, 1).slice(0, -1), code);

  it('is a part where all of it is in order', () => {
    expect(openBody(body(0, 1, 1))).toEqual({
      ownerSlot: 0,
      epoch: 7,
      number: 5,
      issuedAt: 9,
      floor: 8,
      part: 0,
      parts: 1,
      entries: [{ fingerprint: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), since: 9, kind: 'revoked' }],
    });
    expect(openBody(kind(3))?.entries[0]?.kind).toBe('resumed');
    expect(openBody(body(6, 8, 144))).toMatchObject({ part: 6, parts: 8 });
    expect(openBody(body(7, 8, 0))).toMatchObject({ part: 7, entries: [] });
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['less than a head', body(0, 1, 0).slice(0, 19)],
    ['another version', body(0, 1, 0, { version: 2 })],
    ['fewer entries than it says', body(0, 1, 1, { count: 2 })],
    ['more than it says', concat(body(0, 1, 1), Uint8Array.of(0))],
    ['half an entry', body(0, 1, 1).slice(0, -1)],
    ['an entry of no kind', kind(0)],
    ['an entry of an unknown kind', kind(4)],
    ['part 1 of 1 beside a part 0', body(1, 1, 1)],
    ['nine parts', body(0, 9, 144)],
    ['a part behind the last', body(1, 1, 0)],
    ['no parts', body(0, 0, 0)],
    ['a part that is not full before the last', body(0, 2, 143)],
    ['an entry too many', body(0, 1, 145)],
  ])('is none with %s', (_, bytes) => {
    expect(openBody(bytes)).toBeUndefined();
  });
});

describe('entries', () => {
  const all = [entry(1), entry(2, 'suspended'), entry(3, 'resumed')];

  it('are read as they are written, 13 bytes each', () => {
    const bytes = encodeEntries(all);
    expect(bytes).toHaveLength(39);
    expect([12, 25, 38].map((at) => bytes[at])).toEqual([1, 2, 3]);
    expect(decodeEntries(bytes)).toEqual(all);
    expect(decodeEntries(new Uint8Array(0))).toEqual([]);
  });

  it('are none of another length or kind', () => {
    const bytes = encodeEntries(all);
    const malformed = expect.objectContaining({
      code: 'protocol.malformed',
      message: 'not a revocation list',
    });
    expect(() => decodeEntries(bytes.slice(0, -1))).toThrow(malformed);
    for (const kind of [0, 4]) {
      bytes[12] = kind;
      expect(() => decodeEntries(bytes)).toThrow(malformed);
    }
  });
});
