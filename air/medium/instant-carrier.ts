import type { Cancel } from '../../lib/platform/clock.js';
import type { Carrier, AirLink, LinkEnd } from './air-link.js';

/** Each frame in the next turn, while both ends hear each other. */
export class InstantCarrier implements Carrier {
  #supervision: Cancel | undefined;
  readonly #link: AirLink;
  readonly #inReach: () => boolean;

  constructor(link: AirLink, inReach: () => boolean) {
    this.#link = link;
    this.#inReach = inReach;
  }

  queued(from: LinkEnd): void {
    if (!this.#alive()) return;
    for (const frame of from.queue.splice(0)) {
      this.#link.time.defer(() => {
        this.#link.deliver(from, frame);
      });
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
    return !central.closed && !peripheral.closed && this.#inReach();
  }
}
