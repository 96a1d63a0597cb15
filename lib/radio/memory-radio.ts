import { PhoneKeyError } from '../errors.js';
import type { AdvertisingContent } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import { encodeSet } from './advertising-data.js';
import { inTurn } from '../platform/turn.js';
import { memoryLinkPair } from './memory.js';
import type { MemoryLink, MemoryLinkOptions } from './memory.js';
import type {
  Advertisement,
  Central,
  CentralLink,
  Peripheral,
  PeripheralService,
} from './types.js';

/** Phones and cars that hear each other without a radio: every car is near every phone. */
export class MemoryRadio {
  readonly #peripherals = new Map<string, MemoryPeripheral>();
  readonly #options: MemoryLinkOptions;
  /** Every link made so far, newest last: for tests that break one. */
  readonly links: { readonly phone: MemoryLink; readonly car: MemoryLink }[] = [];
  #sequence = 0;

  constructor(options: MemoryLinkOptions = {}) {
    this.#options = options;
  }

  peripheral(): Peripheral {
    const id = `memory-${String(++this.#sequence)}`;
    const peripheral = new MemoryPeripheral(() => this.#peripherals.delete(id));
    this.#peripherals.set(id, peripheral);
    return peripheral;
  }

  central(): Central {
    return {
      scan: async (filters, found, signal) => {
        const listening = (): boolean => !signal.aborted; // `found` may abort it
        while (listening()) {
          for (const [id, { sets }] of this.#peripherals) {
            for (const { advertisement, scanResponse } of sets) {
              const heard = { id, rssi: -40, ...advertisement, ...scanResponse };
              if (listening() && filters.some((filter) => filter.matches(heard))) found(heard);
            }
          }
          await new Promise<void>(inTurn);
        }
      },
      connect: (advertisement, profile) => this.#connect(advertisement, profile),
      close: () => Promise.resolve(),
    };
  }

  #connect(advertisement: Advertisement, profile: GattProfile): Promise<CentralLink> {
    const { id } = advertisement;
    const service = this.#peripherals
      .get(id)
      ?.services.find((each) => each.profile.service === profile.service);
    if (service === undefined) {
      return Promise.reject(new PhoneKeyError('radio.connect-failed', 'the car has gone'));
    }
    const pair = memoryLinkPair(this.#options);
    this.links.push(pair);
    const { phone, car } = pair;
    return Promise.resolve({
      mtu: phone.mtu,
      peer: id,
      open: async (handlers) => {
        await phone.open(handlers);
        service.onLink(car);
      },
      send: (chunk) => phone.send(chunk),
      close: () => phone.close(),
    });
  }
}

class MemoryPeripheral implements Peripheral {
  services: readonly PeripheralService[] = [];
  sets: readonly AdvertisingContent[] = [];
  readonly #gone: () => void;

  constructor(gone: () => void) {
    this.#gone = gone;
  }

  start(services: readonly PeripheralService[]): Promise<void> {
    this.services = services;
    return Promise.resolve();
  }

  async advertise(sets: readonly AdvertisingContent[]): Promise<void> {
    for (const set of sets) encodeSet(set); // throws where a set does not fit
    this.sets = sets;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#gone();
    return Promise.resolve();
  }
}
