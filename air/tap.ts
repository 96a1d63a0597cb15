import type { Clock } from '../lib/platform/clock.js';
import { addListener } from '../lib/hci/transport.js';
import { preciseWallTime } from './capture/capturing.js';
import type { AirDevice, AirEvent } from './capture/record.js';
import type { VirtualController } from './controller/controller.js';
import { foundAt } from './found.js';
import { advertisedNameOf, randomAddressesOf } from './identify.js';
import { isVendorPacket } from './vendor.js';

/** Must not throw, and is not to be slow: the air waits. */
export type AirListener = (event: AirEvent) => void;

/**
 * Tells listeners what passes between hosts and controllers. A controller counts from its first packet
 * on: by then its program has given it a label. The commands with which a program places it in the
 * air are not told.
 */
export class AirTaps {
  readonly #clock: Clock;
  /** Milliseconds from the clock's zero, whatever that is, to the one of 1970. */
  readonly #epoch: number;
  readonly #listeners = new Set<AirListener>();
  readonly #activityListeners = new Set<() => void>();
  readonly #known = new Map<VirtualController, AirDevice>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#epoch = preciseWallTime() - clock.now();
  }

  /** To be called with every new controller. */
  join(controller: VirtualController): void {
    this.#active();
    controller.observe((packet, direction) => {
      this.#active();
      if (this.#listeners.size === 0 && this.#known.has(controller)) return;
      if (isVendorPacket(packet)) return;
      const { index } = this.#introduce(controller);
      if (this.#listeners.size === 0) return;
      // A copy: what hosts send is theirs to write to again.
      const record = { time: this.#now(), index, direction, packet: Buffer.from(packet) };
      this.#tell({ type: 'record', record });
    });
    controller.onClose(() => {
      this.#active();
      const device = this.#known.get(controller);
      if (device === undefined) return;
      this.#known.delete(controller);
      this.#tell({ type: 'left', device, time: this.#now() });
    });
  }

  /** Tells who is there and what they are at, and from then on what passes. Returns the unsubscriber. */
  listen(listener: AirListener): () => void {
    const time = this.#now();
    for (const [controller, device] of this.#known) {
      const random = randomAddressesOf(controller);
      const advertised = advertisedNameOf(controller);
      const names = { ...(random.length > 0 && { random }), ...(advertised && { advertised }) };
      listener({ type: 'came', device: { ...device, ...names }, time });
    }
    for (const controller of this.#known.keys()) {
      const found = foundAt(controller);
      if (found !== undefined) listener({ type: 'found', found, time });
    }
    return addListener(this.#listeners, listener);
  }

  /** Whenever anything may have changed: a controller comes or goes, or any packet passes. */
  onActivity(listener: () => void): () => void {
    return addListener(this.#activityListeners, listener);
  }

  #active(): void {
    for (const listener of this.#activityListeners) listener();
  }

  #introduce(controller: VirtualController): AirDevice {
    const known = this.#known.get(controller);
    if (known !== undefined) return known;
    const { station, address, label } = controller;
    const device = { index: station.id, address, label };
    this.#known.set(controller, device);
    this.#tell({ type: 'came', device, time: this.#now() });
    return device;
  }

  #tell(event: AirEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #now(): number {
    return this.#epoch + this.#clock.now();
  }
}
