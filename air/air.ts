import { toHex } from '../lib/platform/bytes.js';
import type { Logger } from '../lib/platform/logger.js';
import { systemRandom } from '../lib/platform/random.js';
import type { Random } from '../lib/platform/random.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { VirtualController } from './controller/controller.js';
import type { ControllerOptions } from './controller/controller.js';
import type { AirFaults } from './faults.js';
import { Medium } from './medium/medium.js';
import type { MediumOptions } from './medium/medium.js';
import { SimCentral } from './sim/central.js';
import type { SimCentralOptions } from './sim/central.js';
import { SimPeripheral } from './sim/peripheral.js';
import type { SimPeripheralOptions } from './sim/peripheral.js';
import type { SimContext, SimStation } from './sim/station.js';
import { AirTaps } from './tap.js';
import type { AirListener } from './tap.js';

export interface VirtualAirOptions extends Omit<MediumOptions, 'seed' | 'faults'> {
  /** Makes everything random the same in every run (default: a new one; see `seed` of the air). */
  readonly seed?: string;
  readonly faults?: AirFaults;
  /** Is told of malformed packets from hosts. */
  readonly logger?: Logger;
}

/** An air in this process. Controllers that are made from it hear each other when they are near. */
export class VirtualAir {
  /** From which everything random on this air follows. */
  readonly seed: string;
  readonly #medium: Medium;
  readonly #random: Random;
  readonly #logger: Logger | undefined;
  readonly #controllers = new Map<string, VirtualController>();
  readonly #taps: AirTaps;
  readonly #simulated = new Set<SimStation>();
  /** Of all who are here, in hex. */
  readonly #addresses = new Set<string>();

  constructor(options: VirtualAirOptions = {}) {
    this.seed = options.seed ?? toHex(systemRandom(8));
    this.#random = seededRandom(this.seed);
    this.#logger = options.logger;
    this.#medium = new Medium({ ...options, seed: this.seed });
    this.#taps = new AirTaps(this.#medium.clock);
  }

  /** A new controller with a fresh random address, powered on. One for each noble or bleno. */
  controller(options: ControllerOptions = {}): VirtualController {
    const logger = options.logger ?? this.#logger;
    const bytes = this.#freshAddress();
    const controller = new VirtualController(this.#medium, bytes, {
      random: this.#random,
      ...(this.faults.buffers && { aclBuffers: this.faults.buffers }),
      ...options,
      ...(logger && { logger }),
    });
    const { address } = controller;
    this.#controllers.set(address, controller);
    this.#taps.join(controller);
    controller.onClose(() => {
      this.#controllers.delete(address);
      this.#addresses.delete(toHex(bytes));
    });
    return controller;
  }

  /** A phone without a host stack, which hears the peripherals of this air and no controllers. */
  central(options: SimCentralOptions = {}): SimCentral {
    return this.#simulate((context) => new SimCentral(context, options));
  }

  /** A car without a host stack, which the centrals of this air hear. */
  peripheral(options: SimPeripheralOptions = {}): SimPeripheral {
    return this.#simulate((context) => new SimPeripheral(context, options));
  }

  /** The controllers that are powered on. */
  get controllers(): readonly VirtualController[] {
    return [...this.#controllers.values()];
  }

  /** What goes wrong on purpose. A change holds for controllers and links that are made from now on. */
  get faults(): AirFaults {
    return this.#medium.faults;
  }

  set faults(faults: AirFaults) {
    this.#medium.faults = faults;
  }

  /**
   * Tells `listener` what passes between all hosts and their controllers, until the function that is
   * returned is called.
   */
  tap(listener: AirListener): () => void {
    return this.#taps.listen(listener);
  }

  /** Powers everything off. */
  close(): void {
    for (const controller of this.controllers) controller.close();
    for (const station of [...this.#simulated]) station.powerOff();
  }

  #simulate<S extends SimStation>(make: (context: SimContext) => S): S {
    const bytes = this.#freshAddress();
    const station = make({
      medium: this.#medium,
      address: { type: 'public', bytes },
      onClose: () => {
        this.#simulated.delete(station);
        this.#addresses.delete(toHex(bytes));
      },
    });
    this.#simulated.add(station);
    return station;
  }

  /** 6 bytes that nobody here has. */
  #freshAddress(): Buffer {
    for (;;) {
      const address = Buffer.from(this.#random(6));
      if (this.#addresses.has(toHex(address))) continue;
      this.#addresses.add(toHex(address));
      return address;
    }
  }
}
