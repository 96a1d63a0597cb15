import { concat, sameBytes } from '../../lib/platform/bytes.js';

/** At `at` of the text before, `removed` bytes give way to `inserted`. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

/** So many bytes in a row that both texts have keep two splices apart; a splice costs fewer to write. */
const BLOCK = 32;

/**
 * What turns one text into another, in order of `at`: what they share at their beginning and at their end
 * stays, and so does what they share in between, by blocks.
 */
export const splicesBetween = (before: Uint8Array, after: Uint8Array): readonly Splice[] => {
  const { at, removed, inserted } = outerSplice(before, after);
  if (removed === 0 && inserted.length === 0) return [];
  const old = before.subarray(at, at + removed);
  const found = sharedBlock(old, inserted);
  if (found === undefined) return [{ at, removed, inserted }];
  const [here, there] = found;
  return [
    ...shifted(splicesBetween(old.subarray(0, here), inserted.subarray(0, there)), at),
    ...shifted(splicesBetween(old.subarray(here), inserted.subarray(there)), at + here),
  ];
};

/** Undefined where they do not fit. */
export const applySplices = (
  before: Uint8Array,
  splices: readonly Splice[],
): Uint8Array | undefined => {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { at, removed, inserted } of splices) {
    if (at < from || at + removed > before.length) return undefined;
    parts.push(before.subarray(from, at), inserted);
    from = at + removed;
  }
  return concat(...parts, before.subarray(from));
};

/** The shortest single splice. */
const outerSplice = (before: Uint8Array, after: Uint8Array): Splice => {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  // By index: `at` takes ten times as long, and this is every byte of the record in every commit.
  const [lastBefore, lastAfter] = [before.length - 1, after.length - 1];
  while (tail < most - head && before[lastBefore - tail] === after[lastAfter - tail]) tail += 1;
  return {
    at: head,
    removed: before.length - tail - head,
    inserted: after.subarray(head, after.length - tail),
  };
};

/** Where both have the first such block of `before`: there, and in `after`. */
const sharedBlock = (
  before: Uint8Array,
  after: Uint8Array,
): readonly [number, number] | undefined => {
  for (let at = 0; at + BLOCK <= before.length; at += BLOCK) {
    const found = indexOf(after, before.subarray(at, at + BLOCK));
    if (found !== -1) return [at, found];
  }
  return undefined;
};

/** Where the block is in the text, -1 for nowhere. */
const indexOf = (text: Uint8Array, block: Uint8Array): number => {
  const first = block[0] ?? 0;
  let at = text.indexOf(first);
  while (at !== -1 && !sameBytes(text.subarray(at, at + block.length), block)) {
    at = text.indexOf(first, at + 1);
  }
  return at;
};

const shifted = (splices: readonly Splice[], by: number): readonly Splice[] =>
  splices.map((splice) => ({ ...splice, at: splice.at + by }));
