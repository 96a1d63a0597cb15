import { isBlank } from './flash.js';
import type { Flash } from './flash.js';

/**
 * What is known of a sector since the power came on. `erased`: by us, to its end. `blank`: it only reads
 * like that, and may be half erased or half written.
 */
type Condition = 'unknown' | 'blank' | 'erased' | 'held';

/** Too few sectors are left that can be erased and written. */
export class FlashWornOut extends Error {
  constructor() {
    super('the flash is worn out');
  }
}

/** The sectors of a flash: hands out erased ones in turn, so that all wear alike. */
export class SectorPool {
  readonly #flash: Flash;
  readonly #conditions: Condition[];
  /** These did not take what was written or did not come out blank, and are not handed out. */
  readonly #worn = new Set<number>();
  #next = 0;

  constructor(flash: Flash) {
    this.#flash = flash;
    this.#conditions = Array.from({ length: flash.geometry.sectors }, () => 'unknown');
  }

  /** The next to be handed out, if it may. */
  startAt(sector: number): void {
    this.#next = sector % this.#conditions.length;
  }

  /**
   * An erased sector that nobody holds; held from now on. As long as there are others, none in which
   * something is written: that something is there may be all that tells of a cut. @throws FlashWornOut
   */
  take(): number {
    const sector = this.#takeNext((each) => this.#looksBlank(each)) ?? this.#takeNext(() => true);
    if (sector === undefined) throw new FlashWornOut();
    return sector;
  }

  /** It did not take what was written: not handed out again. */
  retire(sector: number): void {
    this.#worn.add(sector);
  }

  /** These and no others are held. */
  hold(sectors: readonly number[]): void {
    this.#conditions.forEach((condition, sector) => {
      if (condition === 'held') this.#conditions[sector] = 'unknown';
    });
    for (const sector of sectors) this.#conditions[sector] = 'held';
  }

  /** Erases whatever is left in sectors that nobody holds. */
  wipe(): void {
    this.#conditions.forEach((_, sector) => {
      if (!this.#looksBlank(sector)) this.#erase(sector);
    });
  }

  /** Erases every sector that nobody holds, also one that only looks blank. */
  wipeAll(): void {
    this.#conditions.forEach((condition, sector) => {
      if (condition === 'unknown' || condition === 'blank') this.#erase(sector);
    });
  }

  #takeNext(wanted: (sector: number) => boolean): number | undefined {
    for (let tried = 0; tried < this.#conditions.length; tried++) {
      const sector = this.#next;
      this.startAt(sector + 1);
      if (this.#conditions[sector] === 'held' || this.#worn.has(sector)) continue;
      if (!wanted(sector)) continue;
      // A blank one as well: its bits may be in between, or one of its words begun.
      if (this.#conditions[sector] !== 'erased') this.#erase(sector);
      if (this.#worn.has(sector)) continue;
      this.#conditions[sector] = 'held';
      return sector;
    }
    return undefined;
  }

  /** False: something is written in it. */
  #looksBlank(sector: number): boolean {
    if (this.#conditions[sector] !== 'unknown') return true;
    if (!readsBlank(this.#flash, sector)) return false;
    this.#conditions[sector] = 'blank';
    return true;
  }

  #erase(sector: number): void {
    this.#flash.erase(sector);
    this.#conditions[sector] = 'erased';
    if (!readsBlank(this.#flash, sector)) this.#worn.add(sector);
  }
}

/** Twice, since bits in between may look right once. */
const readsBlank = (flash: Flash, sector: number): boolean => {
  const { sectorBytes } = flash.geometry;
  const read = (): Uint8Array => flash.read(sector * sectorBytes, sectorBytes);
  return isBlank(read()) && isBlank(read());
};
