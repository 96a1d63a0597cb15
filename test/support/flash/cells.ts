import type { Geometry } from '../../../firmware-sim/flash/flash.js';

/** What a chip holds, with the power on or off. */
export interface FlashImage {
  readonly cells: Uint8Array;
  /** For each word 1 from the moment its programming begins until its sector is erased, else 0. */
  readonly used: Uint8Array;
  /** How often each sector was erased. */
  readonly erases: Uint32Array;
  /** Words with bits in between, by their number. */
  readonly between: Map<number, InBetween>;
  /** How often the power came on. */
  powerUps: number;
}

/**
 * Bits of a word that are neither charged nor discharged, as an interrupted step leaves them: `cells`
 * has them as 0, and they may read as 1.
 */
export interface InBetween {
  /** The bits; one word. */
  readonly mask: Uint8Array;
  readonly mood: Mood;
  /** `powerUps` when it happened. */
  readonly since: number;
}

/**
 * How bits in between read. `random`: anew each time. The other two are the worst that can happen to
 * a store. `fades`: as 0 until the second power-up from there, then as 1. `ripens`: the other way round.
 */
export type Mood = 'random' | 'fades' | 'ripens';

export const blankImage = ({ sectors, sectorBytes, wordBytes }: Geometry): FlashImage => ({
  cells: new Uint8Array(sectors * sectorBytes).fill(0xff),
  used: new Uint8Array((sectors * sectorBytes) / wordBytes),
  erases: new Uint32Array(sectors),
  between: new Map(),
  powerUps: 0,
});

export const copyImage = (image: FlashImage): FlashImage => ({
  cells: image.cells.slice(),
  used: image.used.slice(),
  erases: image.erases.slice(),
  between: new Map(image.between),
  powerUps: image.powerUps,
});

/** What a chip does to its cells. */
export type FlashStep =
  | { readonly type: 'program'; readonly address: number; readonly word: Uint8Array }
  | { readonly type: 'erase'; readonly sector: number };

/** The numbers of the words that a step is about: from the first to before the last. */
export const wordsOf = (
  step: FlashStep,
  { sectorBytes, wordBytes }: Geometry,
): readonly [number, number] => {
  if (step.type === 'program') return [step.address / wordBytes, step.address / wordBytes + 1];
  const perSector = sectorBytes / wordBytes;
  return [step.sector * perSector, (step.sector + 1) * perSector];
};

/** Carries a step out, to its end. */
export const carryOut = (image: FlashImage, step: FlashStep, geometry: Geometry): void => {
  const [from, to] = wordsOf(step, geometry);
  if (step.type === 'program') {
    step.word.forEach((byte, index) => {
      const at = step.address + index;
      image.cells[at] = (image.cells[at] ?? 0) & byte;
    });
    image.used[from] = 1;
    return;
  }
  image.cells.fill(0xff, from * geometry.wordBytes, to * geometry.wordBytes);
  image.used.fill(0, from, to);
  for (let word = from; word < to; word++) image.between.delete(word);
  image.erases[step.sector] = (image.erases[step.sector] ?? 0) + 1;
};
