import { describe, expect, it } from '@jest/globals';
import { MOST_ENTRIES } from '../../../firmware-sim/memory/rights-record.js';
import type { OwnerRevocationList } from '../../../firmware-sim/memory/rights-record.js';
import { entriesOf, lastIssuedAt, takePart } from '../../../firmware-sim/revocation-lists.js';
import { entriesAbout } from '../../../firmware-sim/circumstances.js';
import type {
  RevocationEntry,
  RevocationListPart,
} from '../../../lib/credentials/revocation-list.js';

const about = (id: number): Uint8Array => Uint8Array.of(id >> 8, id & 255, 0, 0, 0, 0, 0, 0);

const entry = (
  id: number,
  since = 10,
  kind: RevocationEntry['kind'] = 'revoked',
): RevocationEntry => ({
  fingerprint: about(id),
  since,
  kind,
});

const part = (more: Partial<RevocationListPart> = {}): RevocationListPart => ({
  ownerSlot: 0,
  number: 1,
  issuedAt: 100,
  part: 0,
  parts: 1,
  entries: [],
  ...more,
});

/** What the car has after these parts; each must be taken. */
const after = (...parts: readonly RevocationListPart[]): readonly OwnerRevocationList[] =>
  parts.reduce<readonly OwnerRevocationList[]>((all, each) => {
    const taken = takePart(all, each);
    if (typeof taken === 'string') throw new Error(taken);
    return taken;
  }, []);

describe('revocation lists of owners', () => {
  it('are kept by the slot of their owner, each with number and time of the last', () => {
    const all = after(
      part({ ownerSlot: 2, number: 9, issuedAt: 200, entries: [entry(1)] }),
      part({ ownerSlot: 0, number: 3, entries: [entry(2)] }),
      part({ ownerSlot: 1, number: 7 }),
      part({ ownerSlot: 0, number: 4, issuedAt: 101, entries: [entry(3)] }),
    );
    expect(all).toEqual([
      { ownerSlot: 0, number: 4, issuedAt: 101, entries: [entry(3)] },
      { ownerSlot: 1, number: 7, issuedAt: 100, entries: [] },
      { ownerSlot: 2, number: 9, issuedAt: 200, entries: [entry(1)] },
    ]);
    expect([0, 1, 2, 3].map((slot) => lastIssuedAt(all, slot))).toEqual([101, 100, 200, 0]);
  });

  it('are told by fingerprint, from all owners, and from parts of lists that are not whole', () => {
    const all = after(
      part({ ownerSlot: 0, entries: [entry(1, 10), entry(2)] }),
      part({ ownerSlot: 1, entries: [entry(1, 11, 'suspended')] }),
      part({ ownerSlot: 1, number: 2, parts: 2, entries: [entry(1, 12)] }),
    );
    expect(entriesAbout(all, about(1)).map(({ since }) => since)).toEqual([10, 11, 12]);
    expect(entriesAbout(all, about(3))).toEqual([]);
  });

  it('are taken once, and never with the number of one before', () => {
    const all = after(part({ number: 5 }));
    for (const number of [4, 5]) expect(takePart(all, part({ number }))).toBe('old');
    expect(takePart([], part({ number: 0 }))).toBe('old');
    const pending = after(part({ number: 5 }), part({ number: 7, parts: 2 }));
    for (const number of [5, 6]) {
      expect(takePart(pending, part({ number, part: 1, parts: 2 }))).toBe('old');
    }
  });
});

describe('a revocation list in parts', () => {
  const three = [0, 1, 2].map((index) =>
    part({ number: 2, issuedAt: 200, part: index, parts: 3, entries: [entry(index)] }),
  );

  it('is whole when all parts are there, in whatever order they come', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const parts = order.map((index) => three[index]!);
      const [before] = after(part({ entries: [entry(9)] }), ...parts.slice(0, 2));
      expect(before).toMatchObject({ number: 1, issuedAt: 100, entries: [entry(9)] });
      expect(before?.pending).toMatchObject({ number: 2, issuedAt: 200, parts: 3 });
      const [whole] = after(part({ entries: [entry(9)] }), ...parts);
      expect(whole).toEqual({
        ownerSlot: 0,
        number: 2,
        issuedAt: 200,
        entries: order.map((index) => entry(index)),
      });
    }
  });

  it('takes no part twice, and none that was cut or signed otherwise', () => {
    const all = after(three[0]!);
    expect(takePart(all, three[0]!)).toBe('old');
    expect(takePart(all, { ...three[1]!, parts: 2 })).toBe('old');
    expect(takePart(all, { ...three[1]!, issuedAt: 201 })).toBe('old');
    expect(takePart(all, three[1]!)).not.toBe('old');
  });

  it('that a newer one overtakes leaves what it said, of each key and kind the latest', () => {
    const overtaken = after(
      part({ entries: [entry(1, 10), entry(2, 10), entry(3, 20)] }),
      part({
        number: 2,
        parts: 2,
        entries: [entry(1, 11), entry(2, 11, 'suspended'), entry(3, 19), entry(4, 0)],
      }),
      part({ number: 3, parts: 2, entries: [entry(5)] }),
    );
    expect(overtaken).toEqual([
      {
        ownerSlot: 0,
        number: 1,
        issuedAt: 100,
        entries: [entry(1, 11), entry(2, 10), entry(3, 20), entry(2, 11, 'suspended'), entry(4, 0)],
        pending: { number: 3, issuedAt: 100, parts: 2, have: 1, entries: [entry(5)] },
      },
    ]);
    expect(entriesOf(overtaken[0]!)).toHaveLength(6);
  });
});

describe('the room for revocation lists', () => {
  const many = (from: number, to: number): RevocationEntry[] =>
    Array.from({ length: to - from }, (_, n) => entry(from + n));

  it('is for so many entries of all owners together', () => {
    const all = after(part({ entries: many(0, MOST_ENTRIES - 1) }));
    const second = (entries: readonly RevocationEntry[]) => part({ ownerSlot: 1, entries });
    expect(takePart(all, second(many(0, 2)))).toBe('full');
    expect(takePart(all, second(many(0, 1)))).not.toBe('full');
    // In the place of what it replaces there is room.
    expect(takePart(all, part({ number: 2, entries: many(0, MOST_ENTRIES) }))).not.toBe('full');
  });

  it('is as large again for those of which parts are missing', () => {
    const full = after(part({ entries: many(0, MOST_ENTRIES) }));
    const pending = (entries: readonly RevocationEntry[]) => part({ number: 2, parts: 2, entries });
    expect(takePart(full, pending(many(0, MOST_ENTRIES)))).not.toBe('full');
    expect(takePart(full, pending(many(0, MOST_ENTRIES + 1)))).toBe('full');
  });
});
