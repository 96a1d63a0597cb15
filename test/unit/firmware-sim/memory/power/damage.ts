import { copyImage } from '../../../../support/flash/cells.js';
import type { FlashImage } from '../../../../support/flash/cells.js';
import { isBlank } from '../../../../../firmware-sim/flash/flash.js';
import { tearNames } from '../../../../support/flash/torn.js';
import { checkLeft } from './check.js';
import { NEW_CAR } from './cut-everywhere.js';
import { everyOne, Figures } from './figures.js';
import { GEOMETRY } from './medium.js';
import type { FlashMedium, Left } from './medium.js';
import { recordRun } from './record-run.js';
import type { Point } from './record-run.js';
import type { Run } from './runs.js';

const { wordBytes } = GEOMETRY;

/** What decay makes of a word: one bit, or all of it. */
const DECAY: readonly ((word: Uint8Array, at: number) => Uint8Array)[] = [
  (word, at) =>
    word.map((byte, index) => (index === at % 8 ? byte ^ (1 << ((at >> 3) % 8)) : byte)),
  (word) => word.map(() => 0),
  (word) => word.map(() => 0xff),
  (word) => word.map((byte) => byte ^ 0xa5),
];

/** That image with any one of its words decayed, as many times as there are ways; made when asked for. */
export function* decayed({ name, image }: Left<FlashImage>): Generator<Left<FlashImage>> {
  for (let word = 0; word < image.used.length; word++) {
    const [from, to] = [word * wordBytes, (word + 1) * wordBytes];
    const old = image.cells.slice(from, to);
    if (isBlank(old)) continue;
    for (const decay of DECAY) {
      let copy: FlashImage | undefined;
      yield {
        name: `${name}, word ${word} decayed`,
        get image() {
          if (copy === undefined) {
            copy = copyImage(image);
            copy.cells.set(decay(old, word), from);
          }
          return copy;
        },
      };
    }
  }
}

/** Of what is tried here, one in so many. */
export interface DamageEffort {
  readonly points: number;
  readonly words: number;
}

const powerUp = (medium: FlashMedium) => (onStep: Parameters<FlashMedium['powerUp']>[1]) =>
  medium.powerUp(medium.blank, onStep);

/**
 * Lets any one word decay, at rest after each step of a run and after a power cut in each step of its
 * flash; then, once the car has come up, another one.
 */
export const decayEverywhere = async (
  medium: FlashMedium,
  run: Run,
  effort: DamageEffort,
): Promise<Figures> => {
  const figures = new Figures();
  const [onePoint, oneWord, oneMore] = [effort.points, effort.words, effort.words].map(everyOne);
  const decayLater = async (
    left: Left<FlashImage>,
    chosen: () => boolean,
    figures: Figures,
  ): Promise<void> => {
    const { memory, flash } = medium.powerUp(left.image);
    const acted = await memory.load().catch(() => undefined);
    for (const worse of decayed({ name: `${left.name}, came up`, image: flash.image() })) {
      if (!chosen()) continue;
      figures.add('damaged', await checkLeft(medium, worse, { acted, pending: undefined }, 2));
    }
  };
  const { points } = await recordRun(powerUp(medium), run, NEW_CAR);
  for (const { left, moment } of points) {
    // A car that was never finished has nothing to lose: it is made anew.
    if (moment.acted === undefined) continue;
    for (const each of left()) {
      if (!onePoint!()) continue;
      for (const bad of decayed(each)) {
        if (!oneWord!()) continue;
        figures.add('damaged', await checkLeft(medium, bad, moment, 2));
        await decayLater(bad, oneMore!, figures);
      }
      await decayLater(each, oneWord!, figures);
    }
  }
  return figures;
};

/** What looks right now and wrong later cannot be read back: it is the one decay that the store stands. */
const LOOKS_RIGHT = { program: /fades|in between/, erase: /ripens|in between/ };

/**
 * Lets every step of a run go wrong without a word, the power staying on. Once people were told that it is
 * done, any one word may decay.
 */
export const weakEverywhere = async (
  medium: FlashMedium,
  run: Run,
  effort: DamageEffort,
): Promise<Figures> => {
  const figures = new Figures();
  const [onePoint, oneWord] = [effort.points, effort.words].map(everyOne);
  const types: ('program' | 'erase')[] = [];
  await recordRun(
    (onStep) =>
      medium.powerUp(medium.blank, (left) => {
        const [first] = left();
        types.push(first?.name.startsWith('program') === true ? 'program' : 'erase');
        onStep(left);
      }),
    run,
    NEW_CAR,
  );
  for (const [after, type] of types.entries()) {
    for (const tear of tearNames(type)) {
      if (!onePoint!()) continue;
      const end = await runUntilWeak(medium, run, { after, tear });
      const name = `${type} ${after} weak: ${tear}`;
      for (const left of end.left()) {
        const now = { name, image: left.image };
        figures.add('weak', await checkLeft(medium, now, end.moment, 3));
        if (LOOKS_RIGHT[type].test(tear)) continue;
        for (const bad of decayed(now)) {
          if (!oneWord!()) continue;
          figures.add('damaged', await checkLeft(medium, bad, end.moment, 2));
        }
      }
    }
  }
  return figures;
};

/** To the end of the step of the run in which it happens. */
const runUntilWeak = async (
  medium: FlashMedium,
  run: Run,
  weak: { readonly after: number; readonly tear: string },
): Promise<Point<FlashImage>> => {
  const powered = medium.powerUp(medium.blank, undefined, { weak });
  const { points, failed } = await recordRun<FlashImage>(
    () => powered,
    run,
    NEW_CAR,
    () => (powered.flash.steps > weak.after ? 'stop' : 'go on'),
  );
  if (failed !== undefined) throw failed;
  return points.at(-1)!;
};
