import type { Random } from '../../../lib/platform/random.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { blankImage, carryOut, copyImage, wordsOf } from './cells.js';
import type { FlashImage, FlashStep, InBetween } from './cells.js';
import { checkGeometry, DEFAULT_GEOMETRY } from '../../../firmware-sim/flash/flash.js';
import type { Flash, Geometry } from '../../../firmware-sim/flash/flash.js';
import { findTear, tearStep, tornImages } from './torn.js';
import type { Torn } from './torn.js';

export interface SimulatedFlashOptions {
  readonly geometry?: Geometry;
  /** What the chip holds when the power comes on (default: blank, as from the factory). */
  readonly image?: FlashImage;
  /** For all that is left to chance. */
  readonly seed?: string;
  /** Erases that a sector stands (default 10,000); each one more leaves a bit that stays 0. */
  readonly endurance?: number;
  /** The power goes in the step after so many; default: never. */
  readonly cutAfter?: number;
  /**
   * The step after `after` others goes wrong and nobody tells, as when the voltage sags for a moment.
   * `tear`: one of `tearNames`.
   */
  readonly weak?: { readonly after: number; readonly tear: string };
  /** Called before each step. */
  readonly onStep?: (step: FlashStep) => void;
}

/** What was done to a chip since the power came on. */
export interface FlashCounts {
  readonly words: number;
  readonly bytes: number;
  readonly erases: number;
}

/**
 * A flash chip, with all that goes wrong with one: a power cut in any step, words and sectors left
 * half done, bits that read differently from one time to the next, decay, and wear. It has no
 * error-correcting code that would hide any of this, yet refuses to program a word twice as chips with
 * one do: the worst of both.
 */
export class SimulatedFlash implements Flash {
  readonly geometry: Geometry;
  readonly #options: SimulatedFlashOptions;
  readonly #image: FlashImage;
  readonly #random: Random;
  #steps = 0;
  #counts: FlashCounts = { words: 0, bytes: 0, erases: 0 };
  #pending: FlashStep | undefined;
  #off = false;
  #misuse: string | undefined;

  constructor(options: SimulatedFlashOptions = {}) {
    const { geometry = DEFAULT_GEOMETRY, image, seed = 'flash' } = options;
    checkGeometry(geometry);
    this.geometry = geometry;
    this.#options = options;
    this.#image = image === undefined ? blankImage(geometry) : copyImage(image);
    this.#image.powerUps += 1;
    this.#random = seededRandom(`${seed}/${String(this.#image.powerUps)}`);
  }

  /** Programs and erases since the power came on. */
  get steps(): number {
    return this.#steps;
  }

  get counts(): FlashCounts {
    return this.#counts;
  }

  /** How often a sector was erased, ever. */
  wear(sector: number): number {
    return this.#image.erases[sector] ?? 0;
  }

  /** What a driver did that no chip allows, the first time; undefined: nothing. */
  get misuse(): string | undefined {
    return this.#misuse;
  }

  read(address: number, length: number): Uint8Array {
    this.#checkPower();
    this.#checkRange(address, length);
    const bytes = this.#image.cells.slice(address, address + length);
    if (this.#image.between.size > 0) this.#addBetween(bytes, address);
    return bytes;
  }

  program(address: number, word: Uint8Array): void {
    const { wordBytes } = this.geometry;
    this.#checkRange(address, word.length);
    if (word.length !== wordBytes || address % wordBytes !== 0) {
      throw this.#refuse('not one whole word');
    }
    if (this.#image.used[address / wordBytes] !== 0) {
      throw this.#refuse(`word ${address / wordBytes} programmed twice`);
    }
    this.#step({ type: 'program', address, word: word.slice() });
    const { words, bytes, erases } = this.#counts;
    this.#counts = { words: words + 1, bytes: bytes + wordBytes, erases };
  }

  erase(sector: number): void {
    const { sectors } = this.geometry;
    if (!Number.isInteger(sector) || sector < 0 || sector >= sectors) {
      throw this.#refuse('no such sector');
    }
    this.#step({ type: 'erase', sector });
    this.#counts = { ...this.#counts, erases: this.#counts.erases + 1 };
    this.#wearOut(sector);
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  /** What the chip holds now. */
  image(): FlashImage {
    return copyImage(this.#image);
  }

  /**
   * Everything that a power cut may leave of the chip: in the step under way (in `onStep`, or where
   * `cutAfter` struck), else as it is.
   */
  *left(): Generator<Torn> {
    if (this.#pending === undefined) {
      yield { tear: 'between steps', image: this.image() };
      return;
    }
    const random = seededRandom(`${this.#options.seed ?? 'flash'}/torn/${String(this.#steps)}`);
    yield* tornImages(this.#image, this.#pending, this.geometry, random);
  }

  #step(step: FlashStep): void {
    this.#checkPower();
    const { onStep, cutAfter, weak } = this.#options;
    this.#pending = step;
    onStep?.(step);
    if (this.#steps === cutAfter) {
      this.#off = true;
      this.#checkPower();
    }
    if (this.#steps === weak?.after) this.#goWrong(step, weak.tear);
    else carryOut(this.#image, step, this.geometry);
    this.#pending = undefined;
    this.#steps += 1;
  }

  #goWrong(step: FlashStep, tear: string): void {
    tearStep(this.#image, step, findTear(step, tear), this.geometry, this.#random);
    // The chip takes the sector for erased.
    if (step.type === 'erase') this.#image.used.fill(0, ...wordsOf(step, this.geometry));
  }

  #wearOut(sector: number): void {
    const { endurance = 10_000 } = this.#options;
    if (this.wear(sector) <= endurance) return;
    const [from, to] = wordsOf({ type: 'erase', sector }, this.geometry);
    const [high = 0, low = 0, bit = 0] = this.#random(3);
    const word = from + ((high * 256 + low) % (to - from));
    const at = word * this.geometry.wordBytes;
    this.#image.cells[at] = (this.#image.cells[at] ?? 0) & ~(1 << (bit % 8));
  }

  /** To the bytes read from `address`. */
  #addBetween(bytes: Uint8Array, address: number): void {
    const { wordBytes } = this.geometry;
    for (const [word, between] of this.#image.between) {
      const start = word * wordBytes - address;
      if (start + wordBytes <= 0 || start >= bytes.length) continue;
      const set = this.#bitsSet(between);
      for (let index = 0; index < wordBytes; index++) {
        const at = start + index;
        if (at >= 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) | (set[index] ?? 0);
      }
    }
  }

  /** Those bits in between that read as 1 this time. */
  #bitsSet({ mask, mood, since }: InBetween): Uint8Array {
    const soon = this.#image.powerUps <= since + 1;
    switch (mood) {
      case 'random': {
        const noise = this.#random(mask.length);
        return mask.map((byte, index) => byte & (noise[index] ?? 0));
      }
      case 'fades':
        return soon ? new Uint8Array(mask.length) : mask;
      case 'ripens':
        return soon ? mask : new Uint8Array(mask.length);
    }
  }

  #checkPower(): void {
    if (this.#off) throw new Error('the power is off');
  }

  #checkRange(address: number, length: number): void {
    const inside = Number.isInteger(address) && Number.isInteger(length) && address >= 0;
    if (!inside || length < 0 || address + length > this.#image.cells.length) {
      throw this.#refuse('outside the flash');
    }
  }

  #refuse(what: string): Error {
    this.#misuse ??= what;
    return new RangeError(`the flash refuses: ${what}`);
  }
}
