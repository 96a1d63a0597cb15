import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ENTRIES_PER_PART,
  LEAST_NOTICE_BYTES,
  MOST_NOTICE_BYTES,
  noticeTagKey,
  openNotice,
  sealNotice,
  type Notice,
  type NoticeEntry,
} from '../../../lib/credentials/notice.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { MAX_MESSAGE } from '../../../lib/wire/framing.js';
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
    expect(MOST_NOTICE_BYTES + 6).toBeLessThanOrEqual(MAX_MESSAGE);
    const opened = parts.map((part) => open(part)!);
    expect(opened.map(({ part }) => part)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(opened.flatMap(({ entries: some }) => some)).toEqual(entries);
  });

  it('has room for 1152 entries and no more', () => {
    const entries = Array.from({ length: 8 * ENTRIES_PER_PART }, (_, n) => entry(n));
    expect(seal({ ...NOTICE, entries })).toHaveLength(8);
    expect(() => seal({ ...NOTICE, entries: [...entries, entry(0)] })).toThrow(
      expect.objectContaining({ code: 'usage.invalid' }),
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
});
