import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applySplices, splicesBetween } from '../../../../firmware-sim/flash/splice.js';
import { utf8 } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';

const inserted = (before: Uint8Array, after: Uint8Array): string[] =>
  splicesBetween(before, after).map((splice) => Buffer.from(splice.inserted).toString());

describe('splices', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ max: 1, maxLength: 200 }),
  );
  /** Pieces of few kinds, longer than a block: texts that share a lot, in any order. */
  const pieces = fc
    .array(fc.nat({ max: 4 }), { maxLength: 12 })
    .map((kinds) => Buffer.concat(kinds.map((kind) => seededRandom(`piece ${kind}`)(30 + kind))));
  const text = fc.oneof(bytes, pieces);

  it('turn any bytes into any others, in order and apart', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const splices = splicesBetween(before, after);
        expect(applySplices(before, splices)).toEqual(Uint8Array.from(after));
        splices.reduce((end, { at, removed }) => {
          expect(at).toBeGreaterThanOrEqual(end);
          return at + removed;
        }, 0);
      }),
    );
  });

  it.each([
    ['{"tries":9,"keys":[]}', '{"tries":10,"keys":[]}', ['10']],
    ['{"keys":[1,2,3]}', '{"keys":[1,3]}', ['']],
    ['{"keys":[1]}', '{"keys":[1,2]}', [',2']],
    ['aaaa', 'aaaaaa', ['aa']],
    ['same', 'same', []],
  ])('hold no more than what is new: %s to %s', (before, after, expected) => {
    expect(inserted(utf8(before), utf8(after))).toEqual(expected);
  });

  it('are several where changes are far apart, of whatever length', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((seed) =>
      Buffer.from(seededRandom(seed)(100)).toString('hex'),
    );
    const before = utf8(`${a}9${b}old and long${c}`);
    expect(inserted(before, utf8(`${a}10${b}new${c}1`))).toEqual(['10', 'new', '1']);
    expect(inserted(before, utf8(`+${a}9${c}`))).toEqual(['+', '']);
  });

  it.each([
    ['past the end', [{ at: 3, removed: 2 }]],
    ['behind the end', [{ at: 5, removed: 0 }]],
    [
      'in the wrong order',
      [
        { at: 2, removed: 1 },
        { at: 1, removed: 0 },
      ],
    ],
  ])('that do not fit give nothing: %s', (_, places) => {
    const splices = places.map((place) => ({ ...place, inserted: new Uint8Array(1) }));
    expect(applySplices(new Uint8Array(4), splices)).toBeUndefined();
  });
});
