import { TX_POWER_RANGE } from '../vendor.js';
import type { Station } from '../medium/station.js';

/** dBm. */
export interface PowerRange {
  readonly min: number;
  readonly max: number;
}

/** Tenths of a dB (Vol 4 Part E 7.8.75 and 7.8.76). */
const NO_COMPENSATION = { tx: 0, rx: 0 };

/**
 * Transmit power as the host reads it. The station's power, which is a matter of the simulation, is the
 * most; hosts may advertise with less. Compensation for an RF path between controller and antenna
 * changes what is told, not what the medium does.
 */
export class Power {
  /** As a host reads and writes it. */
  compensation = NO_COMPENSATION;
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  /** What can be transmitted with. */
  get range(): PowerRange {
    const max = this.#station.txPower;
    return { min: Math.min(TX_POWER_RANGE.min, max), max };
  }

  /** Transmit power as it is told, dBm. */
  told(dbm: number): number {
    return clamp(dbm + this.compensation.tx / 10);
  }

  /** Signal strength as it is told, dBm. */
  toldRssi(dbm: number): number {
    return clamp(dbm - this.compensation.rx / 10);
  }

  reset(): void {
    this.compensation = NO_COMPENSATION;
  }
}

/** What fits in a signed byte and means a power there: 127 and -128 do not. */
const clamp = (dbm: number): number => Math.max(-127, Math.min(20, Math.round(dbm)));
