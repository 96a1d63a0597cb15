/** What turns one text into another: from `at`, `removed` bytes give way to `inserted`. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

/** The shortest splice: what two texts share at their beginning and at their end stays. */
export const spliceBetween = (before: Uint8Array, after: Uint8Array): Splice => {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return {
    at: head,
    removed: before.length - tail - head,
    inserted: after.slice(head, after.length - tail),
  };
};

/** Undefined where it does not fit. */
export const applySplice = (
  before: Uint8Array,
  { at, removed, inserted }: Splice,
): Uint8Array | undefined => {
  if (at + removed > before.length) return undefined;
  const after = new Uint8Array(before.length - removed + inserted.length);
  after.set(before.subarray(0, at));
  after.set(inserted, at);
  after.set(before.subarray(at + removed), at + inserted.length);
  return after;
};
