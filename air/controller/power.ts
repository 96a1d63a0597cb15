import { Status } from '../../lib/hci/constants.js';
import { TX_POWER_RANGE } from '../vendor.js';
import type { Station } from '../medium/station.js';

/** dBm. */
export interface PowerRange {
  readonly min: number;
  readonly max: number;
}

/** Tenths of a dB, either way (Vol 4 Part E 7.8.75 and 7.8.76). */
const MAX_COMPENSATION = 1280;

/**
 * Transmit power as the host reads it. The station's power, which is a matter of the simulation, is the
 * most; hosts may advertise with less. Compensation for an RF path between controller and antenna
 * changes what is told, not what the medium does.
 */
export class Power {
  #txCompensation = 0;
  #rxCompensation = 0;
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
    return clamp(dbm + this.#txCompensation / 10);
  }

  /** Signal strength as it is told, dBm. */
  toldRssi(dbm: number): number {
    return clamp(dbm - this.#rxCompensation / 10);
  }

  /** LE Read RF Path Compensation: TX (2 bytes), RX (2). */
  get compensation(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeInt16LE(this.#txCompensation, 0);
    bytes.writeInt16LE(this.#rxCompensation, 2);
    return bytes;
  }

  /** LE Write RF Path Compensation, 4 bytes. */
  setCompensation(p: Buffer): number {
    const tx = p.readInt16LE(0);
    const rx = p.readInt16LE(2);
    if (Math.max(Math.abs(tx), Math.abs(rx)) > MAX_COMPENSATION) return Status.invalidParameters;
    this.#txCompensation = tx;
    this.#rxCompensation = rx;
    return Status.success;
  }

  reset(): void {
    this.#txCompensation = 0;
    this.#rxCompensation = 0;
  }
}

/** What fits in a signed byte and means a power there: 127 and -128 do not. */
const clamp = (dbm: number): number => Math.max(-127, Math.min(20, Math.round(dbm)));
