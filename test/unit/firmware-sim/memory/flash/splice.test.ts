import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applySplice, spliceBetween } from '../../../../../firmware-sim/memory/flash/splice.js';
import { utf8 } from '../../../../../lib/platform/bytes.js';

describe('a splice', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ max: 1, maxLength: 40 }),
  );

  it('turns any bytes into any others', () => {
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        expect(applySplice(before, spliceBetween(before, after))).toEqual(after);
      }),
    );
  });

  it.each([
    ['{"tries":9,"keys":[]}', '{"tries":10,"keys":[]}', '10'],
    ['{"keys":[1,2,3]}', '{"keys":[1,3]}', ''],
    ['{"keys":[1]}', '{"keys":[1,2]}', ',2'],
    ['aaaa', 'aaaaaa', 'aa'],
    ['same', 'same', ''],
  ])('holds no more than what is new: %s to %s', (before, after, inserted) => {
    expect(spliceBetween(utf8(before), utf8(after)).inserted).toEqual(utf8(inserted));
  });

  it('that does not fit gives nothing', () => {
    const inserted = new Uint8Array(1);
    expect(applySplice(new Uint8Array(4), { at: 3, removed: 2, inserted })).toBeUndefined();
    expect(applySplice(new Uint8Array(4), { at: 5, removed: 0, inserted })).toBeUndefined();
  });
});
