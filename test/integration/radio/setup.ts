import { loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import type { ControllerOptions } from '../../../air/index.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Advertisement, Central, Link, LinkCloseReason } from '../../../lib/radio/types.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeScan } from '../../../lib/native/advertisement.js';

const clock = systemClock;

/** Phones and cars with the real noble and bleno on one virtual air; `close` ends them all. */
export const radios = () => {
  const air = new VirtualAir();
  const opened: { close(): Promise<void> }[] = [];
  return {
    air,
    phone: async (options: ControllerOptions = {}) => {
      const controller = air.controller(options);
      const central = await openNobleCentral({ load: async () => loadNoble(controller), clock });
      opened.push(central);
      return { controller, central };
    },
    car: async (onLink: (link: Link) => void, options: ControllerOptions = {}) => {
      const controller = air.controller(options);
      const peripheral = await openBlenoPeripheral({
        load: async () => loadBleno(controller),
        clock,
      });
      opened.push(peripheral);
      await peripheral.start([{ profile: nativeProfile, onLink }]);
      return { controller, peripheral };
    },
    close: async () => {
      await Promise.all(opened.map((each) => each.close()));
      air.close();
    },
  };
};

/** The first advertisement that `accept` takes. */
export const hear = async (
  central: Central,
  accept: (advertisement: Advertisement) => boolean = () => true,
): Promise<Advertisement> => {
  const stop = new AbortController();
  let heard: Advertisement | undefined;
  await central.scan(
    [nativeScan],
    (advertisement) => {
      if (heard !== undefined || !accept(advertisement)) return;
      heard = advertisement;
      stop.abort();
    },
    stop.signal,
  );
  if (heard === undefined) throw new Error('nothing was heard');
  return heard;
};

/** What arrives on a link, to be waited for. */
export class Inbox {
  readonly chunks: Uint8Array[] = [];
  #wake = (): void => undefined;
  readonly closed: Promise<LinkCloseReason>;
  #close: (reason: LinkCloseReason) => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  readonly handlers = {
    data: (chunk: Uint8Array): void => {
      this.chunks.push(chunk);
      this.#wake();
    },
    closed: (reason: LinkCloseReason): void => {
      this.#close(reason);
    },
  };

  async until(count: number): Promise<readonly Uint8Array[]> {
    while (this.chunks.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.chunks;
  }
}
