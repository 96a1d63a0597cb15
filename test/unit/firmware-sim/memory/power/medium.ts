import { FileMemory } from '../../../../../firmware-sim/memory/file-memory.js';
import { blankImage } from '../../../../support/flash/cells.js';
import type { FlashImage } from '../../../../support/flash/cells.js';
import { FlashMemory } from '../../../../../firmware-sim/flash/flash-memory.js';
import type { FlashMemoryOptions } from '../../../../../firmware-sim/flash/flash-memory.js';
import type { Flash, Geometry } from '../../../../../firmware-sim/flash/flash.js';
import { SimulatedFlash } from '../../../../support/flash/simulated-flash.js';
import type { SimulatedFlashOptions } from '../../../../support/flash/simulated-flash.js';
import { tornImages } from '../../../../support/flash/torn.js';
import type { Memory } from '../../../../../firmware-sim/memory/memory.js';
import { seededRandom } from '../../../../../lib/platform/seeded-random.js';
import { CrashDisk } from '../../../local/crash-disk.js';
import type { Image } from '../../../local/crash-disk.js';

/** One way in which a power cut may leave a medium. */
export interface Left<I> {
  readonly name: string;
  readonly image: I;
}

/** Called in each step, before it takes effect; tells what a cut then may leave, when asked. */
export type OnStep<I> = (left: () => Iterable<Left<I>>) => void;

/** What a memory lives on, whose power can be cut in every step. */
export interface Medium<I> {
  /** As from the factory. */
  readonly blank: I;
  /** A cut in its very first commit leaves a damaged car, which does not come up: nobody has been told anything. */
  readonly firstCutDamages?: true;
  powerUp(image: I, onStep?: OnStep<I>): Powered<I>;
}

export interface Powered<I> {
  readonly memory: Memory;
  /** What a cut between two steps may leave: now. */
  readonly left: () => readonly Left<I>[];
  /** What was done to it that no such thing allows. */
  readonly misuse: () => string | undefined;
}

/** Small, so that every word can be tried, and its sectors are soon full. */
export const GEOMETRY: Geometry = { sectors: 16, sectorBytes: 1024, wordBytes: 8 };

export type FlashStore = (flash: Flash, options: FlashMemoryOptions) => Memory;

const realStore: FlashStore = (flash, options) => new FlashMemory(flash, options);

export interface PoweredFlash extends Powered<FlashImage> {
  readonly flash: SimulatedFlash;
}

export interface FlashMedium extends Medium<FlashImage> {
  powerUp(
    image: FlashImage,
    onStep?: OnStep<FlashImage>,
    options?: Pick<SimulatedFlashOptions, 'weak'>,
  ): PoweredFlash;
}

/** A flash with a store on it: the real one, or one that is wrong on purpose. */
export const flashMedium = (store = realStore): FlashMedium => {
  let powerUps = 0;
  return {
    blank: blankImage(GEOMETRY),
    firstCutDamages: true,
    powerUp: (image, onStep, options) => {
      const seed = `power-up ${++powerUps}`;
      const flash: SimulatedFlash = new SimulatedFlash({
        geometry: GEOMETRY,
        image,
        seed,
        onStep: (step) => {
          if (onStep === undefined) return;
          const before = flash.image();
          const random = seededRandom(`${seed}, torn`);
          onStep(function* () {
            for (const torn of tornImages(before, step, GEOMETRY, random)) {
              yield {
                name: `${step.type}: ${torn.tear}`,
                get image() {
                  return torn.image;
                },
              };
            }
          });
        },
        ...options,
      });
      return {
        flash,
        memory: store(flash, { random: seededRandom(`${seed}, chains`) }),
        left: () => [{ name: 'between steps', image: flash.image() }],
        misuse: () => flash.misuse,
      };
    },
  };
};

/** Two files on a disk with a cache. `torn`: see CrashDisk.images. */
export const fileMedium = (
  torn: (length: number) => readonly number[],
  options: { readonly ignores?: 'sync' | 'syncDirectory' } = {},
): Medium<Image> => ({
  blank: new Map(),
  powerUp: (image, onStep) => {
    const left = (): readonly Left<Image>[] =>
      [...disk.images(torn)].map((each) => ({ name: 'of a disk', image: each }));
    const disk = new CrashDisk(image, {
      ...options,
      writeLimit: 700,
      onStep: () => {
        const now = onStep === undefined ? [] : left();
        onStep?.(() => now);
      },
    });
    return { memory: new FileMemory('/car', { disk }), left, misuse: () => undefined };
  },
});
