import type { Logger } from '../lib/platform/logger.js';
import { VirtualController } from './controller/controller.js';
import type { ControllerOptions } from './controller/controller.js';
import { SimAir } from './sim/air.js';
import type { SimAirOptions } from './sim/air.js';
import { AirTaps } from './tap.js';
import type { AirListener } from './tap.js';

/** How an air is made: all that a SimAir can be told, and who is told of broken hosts. */
export interface VirtualAirOptions extends SimAirOptions {
  /** Is told of malformed packets from hosts. */
  readonly logger?: Logger;
}

/** An air in this process. Controllers that are made from it hear each other when they are near. */
export class VirtualAir extends SimAir {
  readonly #logger: Logger | undefined;
  readonly #controllers = new Map<string, VirtualController>();
  readonly #taps: AirTaps;

  constructor(options: VirtualAirOptions = {}) {
    super(options);
    this.#logger = options.logger;
    this.#taps = new AirTaps(this.medium.clock);
  }

  /** A new controller with a fresh random address, powered on. One for each noble or bleno. */
  controller(options: ControllerOptions = {}): VirtualController {
    const logger = options.logger ?? this.#logger;
    const bytes = this.takeAddress();
    const controller = new VirtualController(this.medium, bytes, {
      random: this.random,
      ...(this.faults.buffers && { aclBuffers: this.faults.buffers }),
      ...options,
      ...(logger && { logger }),
    });
    const { address } = controller;
    this.#controllers.set(address, controller);
    this.#taps.join(controller);
    controller.onClose(() => {
      this.#controllers.delete(address);
      this.giveBackAddress(bytes);
    });
    return controller;
  }

  /** The controllers that are powered on. */
  get controllers(): readonly VirtualController[] {
    return [...this.#controllers.values()];
  }

  /**
   * Tells `listener` what passes between all hosts and their controllers, until the function that is
   * returned is called.
   */
  tap(listener: AirListener): () => void {
    return this.#taps.listen(listener);
  }

  /** Calls `listener` whenever the state of a controller may change, until what is returned is called. */
  onActivity(listener: () => void): () => void {
    return this.#taps.onActivity(listener);
  }

  /** Powers everything off. */
  override close(): void {
    for (const controller of this.controllers) controller.close();
    super.close();
  }
}
