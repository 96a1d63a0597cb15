import { check, text } from '../../lib/platform/check.js';
import { toHex } from '../../lib/platform/bytes.js';
import { systemRandom } from '../../lib/platform/random.js';
import type { Random } from '../../lib/platform/random.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import type { AirFaults } from '../faults.js';
import { Medium } from '../medium/medium.js';
import type { MediumOptions } from '../medium/medium.js';
import { SimCentral } from './central.js';
import type { SimCentralOptions } from './central.js';
import { SimPeripheral } from './peripheral.js';
import type { SimPeripheralOptions } from './peripheral.js';
import type { SimContext, SimStation } from './station.js';

/** How an air is made: its pace, clock and seed, and how signals travel on it. */
export interface SimAirOptions extends Omit<MediumOptions, 'seed' | 'faults'> {
  /** Makes everything random the same in every run (default: a new one; see `seed` of the air). */
  readonly seed?: string;
  /** What goes wrong on purpose from the beginning (default: nothing); `parseFaults` reads it from a text. */
  readonly faults?: AirFaults;
}

/** An air in this process for phones and cars without a host stack. Runs in a browser too. */
export class SimAir {
  /** From which everything random on this air follows. */
  readonly seed: string;
  /** @internal */
  protected readonly medium: Medium;
  /** @internal */
  protected readonly random: Random;
  readonly #stations = new Set<SimStation>();
  /** Of all who are here, in hex. */
  readonly #addresses = new Set<string>();

  constructor(options: SimAirOptions = {}) {
    check('seed', options.seed, text);
    this.seed = options.seed ?? toHex(systemRandom(8));
    this.random = seededRandom(this.seed);
    this.medium = new Medium({ ...options, seed: this.seed });
  }

  /** A phone without a host stack, which hears the peripherals of this air and no controllers. */
  central(options: SimCentralOptions = {}): SimCentral {
    return this.#simulate((context) => new SimCentral(context, options));
  }

  /** A car without a host stack, which the centrals of this air hear. */
  peripheral(options: SimPeripheralOptions = {}): SimPeripheral {
    return this.#simulate((context) => new SimPeripheral(context, options));
  }

  /** What goes wrong on purpose. A change holds for controllers and links that are made from now on. */
  get faults(): AirFaults {
    return this.medium.faults;
  }

  set faults(faults: AirFaults) {
    this.medium.faults = faults;
  }

  /** Powers everything off. */
  close(): void {
    for (const station of [...this.#stations]) station.powerOff();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal 6 bytes that nobody here has, until they are given back. */
  protected takeAddress(): Uint8Array {
    for (;;) {
      const address = this.random(6);
      if (this.#addresses.has(toHex(address))) continue;
      this.#addresses.add(toHex(address));
      return address;
    }
  }

  /** @internal */
  protected giveBackAddress(address: Uint8Array): void {
    this.#addresses.delete(toHex(address));
  }

  #simulate<S extends SimStation>(make: (context: SimContext) => S): S {
    const bytes = this.takeAddress();
    const station = make({
      medium: this.medium,
      address: { type: 'public', bytes },
      onClose: () => {
        this.#stations.delete(station);
        this.giveBackAddress(bytes);
      },
    });
    this.#stations.add(station);
    return station;
  }
}
