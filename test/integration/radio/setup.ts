import { loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import type { ControllerOptions, VirtualController } from '../../../air/index.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openHciPeripheral } from '../../../lib/radio/hci.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type {
  Advertisement,
  Central,
  Link,
  LinkCloseReason,
  Peripheral,
} from '../../../lib/radio/types.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeScan } from '../../../lib/native/advertisement.js';

const clock = systemClock;

/** Hosts of a car, over a controller. */
const PERIPHERALS = {
  bleno: (hci: VirtualController): Promise<Peripheral> =>
    openBlenoPeripheral({ load: async () => loadBleno(hci), clock }),
  'our own host': (hci: VirtualController): Promise<Peripheral> =>
    openHciPeripheral({ load: async () => hci, clock }),
};
export type CarStack = keyof typeof PERIPHERALS;
export const CAR_STACKS = Object.keys(PERIPHERALS) as CarStack[];

/** Phones with the real noble, and cars, on one virtual air; `close` ends them all. */
export const radios = (stack: CarStack = 'bleno') => {
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
      const peripheralLinks = stack === 'bleno' ? 1 : 3;
      const controller = air.controller({ peripheralLinks, ...options });
      const peripheral = await PERIPHERALS[stack](controller);
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
