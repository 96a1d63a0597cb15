import { concat } from '../../lib/platform/bytes.js';
import type { Rng } from '../support/rng.js';

export interface MutatorOptions {
  readonly dictionary: readonly Uint8Array[];
  readonly maxLength: number;
  readonly stride: number;
}

/** One change of an input; `other` is a second input to take pieces of. Gives a new array. */
type Mutation = (
  rng: Rng,
  input: Uint8Array,
  other: Uint8Array,
  options: MutatorOptions,
) => Uint8Array;

/** Values at which lengths and numbers turn. */
const EDGES = [0, 1, 2, 7, 8, 0x0f, 0x10, 0x1f, 0x20, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff] as const;

const change = (
  rng: Rng,
  input: Uint8Array,
  byte: (old: number, at: number) => number,
): Uint8Array => {
  const changed = input.slice();
  const at = rng.below(changed.length);
  changed[at] = byte(changed[at] ?? 0, at);
  return changed;
};

/** A stretch of whole records: its first byte and the byte behind it. */
const stretch = (rng: Rng, { length }: Uint8Array, stride: number): [number, number] => {
  const records = Math.ceil(length / stride);
  const from = rng.below(records);
  const count = 1 + rng.below(Math.min(records - from, rng.pick([1, 1, 2, 4, 16])));
  return [from * stride, Math.min(length, (from + count) * stride)];
};

const place = (rng: Rng, { length }: Uint8Array, stride: number): number =>
  rng.below(Math.floor(length / stride) + 1) * stride;

const insert = (input: Uint8Array, at: number, piece: Uint8Array): Uint8Array =>
  concat(input.subarray(0, at), piece, input.subarray(at));

const overwrite = (input: Uint8Array, at: number, piece: Uint8Array): Uint8Array =>
  concat(input.subarray(0, at), piece, input.subarray(at + piece.length));

const MUTATIONS: readonly Mutation[] = [
  (rng, input) => change(rng, input, (old) => old ^ (1 << rng.below(8))),
  (rng, input) => change(rng, input, () => rng.below(256)),
  (rng, input) => change(rng, input, () => rng.pick(EDGES)),
  (rng, input) => change(rng, input, (old) => (old + rng.below(33) - 16) & 0xff),
  (rng, input, _, { stride }) => {
    const [from, to] = stretch(rng, input, stride);
    return concat(input.subarray(0, from), input.subarray(to));
  },
  (rng, input, _, { stride }) => {
    const [from, to] = stretch(rng, input, stride);
    return insert(input, place(rng, input, stride), input.subarray(from, to));
  },
  (rng, input, _, { stride }) => {
    const piece = Uint8Array.from({ length: stride }, () => rng.below(256));
    return insert(input, place(rng, input, stride), piece);
  },
  (rng, input, other, { stride }) => {
    const [from, to] = stretch(rng, other, stride);
    const piece = other.subarray(from, to);
    const at = place(rng, input, stride);
    return rng.chance(2) ? insert(input, at, piece) : overwrite(input, at, piece);
  },
  (rng, input, other, { stride }) =>
    concat(input.subarray(0, place(rng, input, stride)), other.subarray(place(rng, other, stride))),
  (rng, input, _, { stride }) => input.slice(0, place(rng, input, stride)),
  (rng, input, _, { dictionary }) => {
    if (dictionary.length === 0) return input;
    const word = rng.pick(dictionary);
    const at = rng.below(input.length + 1);
    return rng.chance(2) ? insert(input, at, word) : overwrite(input, at, word);
  },
];

/** The input with one to eight changes; at most `maxLength` bytes, and never empty twice in a row. */
export const mutate = (
  rng: Rng,
  input: Uint8Array,
  other: Uint8Array,
  options: MutatorOptions,
): Uint8Array => {
  let mutant = input;
  for (let changes = rng.pick([1, 1, 1, 2, 2, 4, 8]); changes > 0; changes--) {
    mutant =
      mutant.length === 0
        ? Uint8Array.from({ length: 1 + rng.below(options.stride) }, () => rng.below(256))
        : rng.pick(MUTATIONS)(rng, mutant, other, options);
  }
  return mutant.slice(0, options.maxLength);
};
