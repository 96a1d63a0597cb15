import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ENTRIES_PER_PART,
  isNoticeFor,
  LEAST_NOTICE_BYTES,
  MOST_NOTICE_BYTES,
  noticeTagKey,
  openNotice,
  sealNotice,
  type Notice,
  type NoticeEntry,
} from '../../../lib/credentials/notice.js';
import { HandshakeState } from '../../../lib/noise/handshake-state.js';
import { PATTERNS } from '../../../lib/noise/patterns.js';
import { concat, utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { CAR, GUEST, NOW, OWNER, person, suite } from './sample.js';

const entry = (number: number, kind: NoticeEntry['kind'] = 'revoked'): NoticeEntry => ({
  fingerprint: Uint8Array.from([0, 0, 0, 0, 0, 0, number >> 8, number & 0xff]),
  since: NOW,
  kind,
});

const NOTICE: Notice = { ownerSlot: 0, number: 5, stamp: NOW, entries: [entry(1)] };

const seal = (notice: Notice, signing = OWNER.signing, car = CAR.publicKey) =>
  sealNotice(suite, seededRandom('notice'), signing, car, notice);

const CONTEXT = {
  identity: CAR,
  tagKey: noticeTagKey(suite, CAR.publicKey),
  ownerKey: (slot: number) => (slot === 0 ? OWNER.signingKey : undefined),
};
const open = (bytes: Uint8Array) => openNotice(suite, bytes, CONTEXT);

describe('a notice', () => {
  it('is opened as it was sealed, whatever it says', () => {
    const entries = fc.array(
      fc.record({
        fingerprint: fc.uint8Array({ minLength: 8, maxLength: 8 }),
        since: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        kind: fc.constantFrom<NoticeEntry['kind']>('revoked', 'suspended'),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(entries, fc.nat(0xff), fc.nat(2 ** 31), (list, ownerSlot, number) => {
        const notice = { ...NOTICE, ownerSlot, number, entries: list };
        const context = { ...CONTEXT, ownerKey: () => OWNER.signingKey };
        const opened = seal(notice).map((bytes) => openNotice(suite, bytes, context));
        expect(opened).toEqual([{ ...notice, part: 0, parts: 1 }]);
      }),
      { numRuns: 50 },
    );
  });

  it('has 142 bytes and 13 for each entry', () => {
    expect(LEAST_NOTICE_BYTES).toBe(142);
    expect(seal({ ...NOTICE, entries: [] })[0]).toHaveLength(142);
    expect(
      seal({ ...NOTICE, entries: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => entry(n)) })[0],
    ).toHaveLength(246);
  });

  it('of a thousand entries goes in seven parts, each of which fits a frame', () => {
    const entries = Array.from({ length: 1000 }, (_, n) => entry(n));
    const parts = seal({ ...NOTICE, entries });
    expect(parts).toHaveLength(7);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(MOST_NOTICE_BYTES);
    expect(MOST_NOTICE_BYTES + 6).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    const opened = parts.map((part) => open(part)!);
    expect(opened.map(({ part }) => part)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(opened.flatMap(({ entries: some }) => some)).toEqual(entries);
  });

  it('has room for 1152 entries and no more', () => {
    const entries = Array.from({ length: 8 * ENTRIES_PER_PART }, (_, n) => entry(n));
    expect(seal({ ...NOTICE, entries })).toHaveLength(8);
    expect(() => seal({ ...NOTICE, entries: [...entries, entry(0)] })).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: 'a notice of too many entries',
      }),
    );
  });

  it('tells the carrier nothing: not a byte of it is in the clear', () => {
    const fingerprint = Uint8Array.from([0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe]);
    const [sealed] = seal({ ...NOTICE, entries: [{ ...entry(1), fingerprint }] });
    const hex = Buffer.from(sealed!).toString('hex');
    expect(hex).not.toContain('deadbeef');
    expect(hex).not.toContain(Buffer.from(OWNER.signingKey).toString('hex'));
    const [again] = sealNotice(suite, seededRandom('other'), OWNER.signing, CAR.publicKey, NOTICE);
    expect(again).not.toEqual(seal(NOTICE)[0]);
  });

  it.each<[string, Uint8Array]>([
    ['signed by a stranger', seal(NOTICE, person(7).signing)[0]!],
    ['signed by a guest', seal(NOTICE, GUEST.signing)[0]!],
    ['of an owner who is none', seal({ ...NOTICE, ownerSlot: 1 })[0]!],
    ['for another car', seal(NOTICE, OWNER.signing, person(8).publicKey)[0]!],
    ['of nothing', new Uint8Array(0)],
    ['of zeros', new Uint8Array(142)],
    ['too long', new Uint8Array(MOST_NOTICE_BYTES + 1)],
  ])('%s is none', (_, bytes) => {
    expect(open(bytes)).toBeUndefined();
  });

  it('with any bit flipped, or cut short, is none', () => {
    const [sealed] = seal(NOTICE);
    fc.assert(
      fc.property(fc.nat(sealed!.length * 8 - 1), (bit) => {
        const broken = sealed!.slice();
        broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(open(broken)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    for (let length = 0; length < sealed!.length; length++) {
      expect(open(sealed!.slice(0, length))).toBeUndefined();
    }
  });

  it('is known as one for a car by who knows the car', () => {
    const [sealed] = seal(NOTICE);
    expect(isNoticeFor(suite, CAR.publicKey, sealed!)).toBe(true);
    expect(isNoticeFor(suite, person(8).publicKey, sealed!)).toBe(false);
    expect(isNoticeFor(suite, CAR.publicKey, sealed!.subarray(0, 15))).toBe(false);
  });

  it('hides no fault of the car that opens it', () => {
    const ownerKey = () => {
      throw new Error('fault');
    };
    const [sealed] = seal(NOTICE);
    expect(() => openNotice(suite, sealed!, { ...CONTEXT, ownerKey })).toThrow('fault');
  });
});

describe('what an owner signed and sealed', () => {
  const ENTRY = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 1];

  /** Whatever the body says, with a right signature and a right tag. */
  const openBody = (body: readonly number[]) => {
    const prologue = utf8('phonekey v1 notice');
    const bytes = Uint8Array.from(body);
    const signature = suite.ed25519Sign(OWNER.signing, concat(prologue, CAR.publicKey, bytes));
    const noise = new HandshakeState(suite, PATTERNS.N, {
      initiator: true,
      prologue,
      rs: CAR.publicKey,
      random: seededRandom('body'),
    });
    const sealed = noise.writeMessage(concat(bytes, signature));
    const tag = suite.hmacSha512(CONTEXT.tagKey, sealed).subarray(0, 16);
    return open(concat(tag, sealed));
  };

  /** Version, slot, number 5, stamp 9, and then part, of how many parts, of how many entries. */
  const head = (part: number, parts: number, count: number, version = 1): number[] => [
    version,
    0,
    0,
    0,
    0,
    5,
    0,
    0,
    0,
    9,
    part,
    parts,
    count >> 8,
    count & 255,
  ];
  const entries = (count: number): number[] => Array.from({ length: count }, () => ENTRY).flat();

  it('is a part where all of it is in order', () => {
    expect(openBody([...head(0, 1, 1), ...ENTRY])).toEqual({
      ownerSlot: 0,
      number: 5,
      stamp: 9,
      part: 0,
      parts: 1,
      entries: [{ fingerprint: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), since: 9, kind: 'revoked' }],
    });
    expect(openBody([...head(6, 8, 144), ...entries(144)])).toMatchObject({ part: 6, parts: 8 });
    expect(openBody([...head(7, 8, 0)])).toMatchObject({ part: 7, entries: [] });
  });

  it.each<[string, number[]]>([
    ['nothing', []],
    ['less than a head', head(0, 1, 0).slice(0, 13)],
    ['another version', head(0, 1, 0, 2)],
    ['fewer entries than it says', [...head(0, 1, 2), ...ENTRY]],
    ['more than it says', [...head(0, 1, 1), ...ENTRY, 0]],
    ['half an entry', [...head(0, 1, 1), ...ENTRY.slice(0, 12)]],
    ['an entry of no kind', [...head(0, 1, 1), ...ENTRY.slice(0, 12), 0]],
    ['an entry of an unknown kind', [...head(0, 1, 1), ...ENTRY.slice(0, 12), 3]],
    ['nine parts', [...head(0, 9, 144), ...entries(144)]],
    ['a part behind the last', [...head(1, 1, 0)]],
    ['no parts', [...head(0, 0, 0)]],
    ['a part that is not full before the last', [...head(0, 2, 143), ...entries(143)]],
    ['an entry too many', [...head(0, 1, 145), ...entries(145)]],
  ])('is none with %s', (_, body) => {
    expect(openBody(body)).toBeUndefined();
  });
});
