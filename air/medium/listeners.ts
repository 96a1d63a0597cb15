import type { Cancel } from '../../lib/platform/clock.js';
import { Grid } from './grid.js';
import type { ScanWindow, Station } from './station.js';

/** The windows of one station. */
interface Listening {
  /** How many are open. */
  open: number;
  readonly cancels: Map<number, Cancel>;
}

/**
 * Who listens on the advertising channels. A station is in the grid while one of its windows is open: a
 * phone that listens a tenth of the time costs the advertisers around it a tenth.
 */
export class Listeners extends Grid {
  readonly #listening = new Map<Station, Listening>();

  /** How many there are, with their windows open or not. */
  get size(): number {
    return this.#listening.size;
  }

  /** The windows of a station from now on; without one it listens no more. */
  set(station: Station, windows: readonly ScanWindow[]): void {
    const before = this.#listening.get(station);
    for (const cancel of before?.cancels.values() ?? []) cancel();
    if (windows.length === 0) {
      this.#listening.delete(station);
      this.delete(station);
      return;
    }
    const listening: Listening = { open: 0, cancels: new Map() };
    this.#listening.set(station, listening);
    for (const [index, window] of windows.entries()) {
      this.#open(station, listening, window, index);
    }
  }

  #open(station: Station, listening: Listening, window: ScanWindow, index: number): void {
    if (++listening.open === 1) this.add(station);
    const { intervalMs, windowMs } = window;
    if (windowMs >= intervalMs) return;
    const close = (): void => {
      if (--listening.open === 0) this.delete(station);
      const reopen = (): void => this.#open(station, listening, window, index);
      listening.cancels.set(index, this.clock.after(intervalMs - windowMs, reopen));
    };
    listening.cancels.set(index, this.clock.after(windowMs, close));
  }
}
