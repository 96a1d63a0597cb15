import type { Random } from '../../../lib/platform/random.js';
import { copyImage, wordsOf } from './cells.js';
import type { FlashImage, FlashStep, Mood } from './cells.js';
import type { Geometry } from '../../../firmware-sim/flash/flash.js';

/** What becomes of the bits that a step was to change. */
export interface Tear {
  readonly name: string;
  /** Of these bits, those that have changed, or (`mood`) got in between. Default: all. */
  readonly some?: (bits: Uint8Array, random: Random) => Uint8Array;
  /** Those chosen are in between; the others of a programmed word have changed, of a sector not. */
  readonly mood?: Mood;
  /** All bits of all words have been cleared. */
  readonly clears?: boolean;
}

const none = (bits: Uint8Array): Uint8Array => new Uint8Array(bits.length);
const half = (bits: Uint8Array, random: Random): Uint8Array => and(bits, random(bits.length));
const one = (bits: Uint8Array): Uint8Array => {
  const at = bits.findIndex((byte) => byte !== 0);
  return bits.map((byte, index) => (index === at ? byte & -byte : 0));
};
const allButOne = (bits: Uint8Array): Uint8Array => andNot(bits, one(bits));

/** How a word may be left whose programming was cut short. */
const PROGRAM_TEARS: readonly Tear[] = [
  { name: 'not begun', some: none },
  { name: 'done' },
  { name: 'one bit', some: one },
  { name: 'half', some: half },
  { name: 'another half', some: half },
  { name: 'all but one bit', some: allButOne },
  { name: 'in between', mood: 'random' },
  { name: 'one bit in between', some: one, mood: 'random' },
  { name: 'fades', mood: 'fades' },
  { name: 'one bit fades', some: one, mood: 'fades' },
  { name: 'ripens', mood: 'ripens' },
];

/** How a sector may be left whose erasing was cut short. Some chips clear all bits before they set them. */
const ERASE_TEARS: readonly Tear[] = [
  { name: 'not begun', some: none },
  { name: 'done' },
  { name: 'cleared', clears: true },
  { name: 'half', some: half },
  { name: 'one bit missing', some: allButOne },
  {
    name: 'first half of the sector',
    some: (bits) => bits.map((byte, index) => (index < bits.length / 2 ? byte : 0)),
  },
  {
    name: 'second half of the sector',
    some: (bits) => bits.map((byte, index) => (index < bits.length / 2 ? 0 : byte)),
  },
  { name: 'in between', mood: 'random' },
  { name: 'fades', mood: 'fades' },
  { name: 'ripens', mood: 'ripens' },
];

/** A chip after a step that was cut short. */
export interface Torn {
  readonly tear: string;
  readonly image: FlashImage;
}

/** Everything that cutting this step short may leave of the chip; an image is made when it is looked at, as samples leave most out. */
export function* tornImages(
  before: FlashImage,
  step: FlashStep,
  geometry: Geometry,
  random: Random,
): Generator<Torn> {
  for (const tear of tearsOf(step)) {
    let made: FlashImage | undefined;
    yield {
      tear: tear.name,
      get image() {
        if (made === undefined) {
          made = copyImage(before);
          tearStep(made, step, tear, geometry, random);
        }
        return made;
      },
    };
  }
}

/** The names of the ways in which a step may be left. */
export const tearNames = (type: FlashStep['type']): readonly string[] =>
  tearsOf({ type }).map(({ name }) => name);

/** @throws RangeError when the step has no such tear */
export const findTear = (step: FlashStep, name: string): Tear => {
  const found = tearsOf(step).find((tear) => tear.name === name);
  if (found === undefined) throw new RangeError(`no tear ${name}`);
  return found;
};

const tearsOf = ({ type }: Pick<FlashStep, 'type'>): readonly Tear[] =>
  type === 'program' ? PROGRAM_TEARS : ERASE_TEARS;

/** Leaves the step half done. */
export const tearStep = (
  image: FlashImage,
  step: FlashStep,
  tear: Tear,
  geometry: Geometry,
  random: Random,
): void => {
  const { cells, between, used } = image;
  const [from, to] = wordsOf(step, geometry);
  const start = from * geometry.wordBytes;
  const old = cells.slice(start, to * geometry.wordBytes);
  // Even a word that looks blank may not be programmed now: nobody knows how far its bits went.
  used.fill(1, from, to);
  if (tear.clears === true) {
    cells.fill(0, start, start + old.length);
    return;
  }
  const bits = step.type === 'program' ? andNot(old, step.word) : old.map((byte) => ~byte);
  const chosen = tear.some?.(bits, random) ?? bits;
  if (step.type === 'program') {
    const cleared = tear.mood === undefined ? chosen : bits;
    cells.set(andNot(old, cleared), start);
  } else if (tear.mood === undefined) {
    cells.set(or(old, chosen), start);
  }
  if (tear.mood === undefined) return;
  for (let word = from; word < to; word++) {
    const at = word * geometry.wordBytes - start;
    const mask = chosen.slice(at, at + geometry.wordBytes);
    if (mask.every((byte) => byte === 0)) continue;
    between.set(word, { mask, mood: tear.mood, since: image.powerUps });
  }
};

const and = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.map((byte, index) => byte & (b[index] ?? 0));
const or = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.map((byte, index) => byte | (b[index] ?? 0));
const andNot = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.map((byte, index) => byte & ~(b[index] ?? 0));
