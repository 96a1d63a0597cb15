import type { Cancel } from '../../lib/platform/clock.js';
import type { Carrier, AirLink, LinkEnd } from './air-link.js';
import type { Conditions } from './conditions.js';
import type { Propagation } from './propagation.js';

/** Each frame in the next turn, while both ends hear each other. */
export class InstantCarrier implements Carrier {
  #supervision: Cancel | undefined;
  readonly #link: AirLink;
  readonly #propagation: Propagation;

  constructor(link: AirLink, { propagation }: Conditions) {
    this.#link = link;
    this.#propagation = propagation;
  }

  queued(from: LinkEnd): void {
    if (!this.#alive()) return;
    for (const frame of from.queue.splice(0)) {
      this.#link.time.defer(() => this.#link.deliver(from, frame));
    }
  }

  check(): void {
    if (this.#alive()) {
      this.stop();
      this.queued(this.#link.central);
      this.queued(this.#link.peripheral);
    } else {
      this.#supervision ??= this.#link.time.after(this.#link.supervisionMs, () => {
        this.#link.lose();
      });
    }
  }

  stop(): void {
    this.#supervision?.();
    this.#supervision = undefined;
  }

  #alive(): boolean {
    const { central, peripheral } = this.#link;
    if (central.closed || peripheral.closed) return false;
    return this.#propagation.inReach(central.station, peripheral.station);
  }
}
