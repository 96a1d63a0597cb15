import { checkChunk, LinkBuffer } from './link-buffer.js';
import { inTurn } from '../platform/turn.js';
import type {
  Link,
  LinkCloseReason,
  LinkHandlers,
  Advertisement,
  Central,
  CentralLink,
  Peripheral,
  PeripheralService,
} from './types.js';
import { PhoneKeyError } from '../errors.js';
import type { AdvertisingContent } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import { encodeSet } from './advertising-data.js';

/** One end of a link without a radio, for tests of whatever runs over a Link. */
export interface MemoryLink extends Link {
  /** Takes the link down as a radio does when the other side went out of range. */
  lose(): void;
}

export interface MemoryLinkOptions {
  /** ATT MTU in bytes (default 256). */
  readonly mtu?: number;
  /** Sees each chunk on its way to the other end; may change it, or drop it by returning undefined. */
  readonly tamper?: (chunk: Uint8Array, from: 'phone' | 'car') => Uint8Array | undefined;
}

/** A pair of connected links. Chunks arrive in order, each in a turn of its own. */
export const memoryLinkPair = (
  options: MemoryLinkOptions = {},
): { readonly phone: MemoryLink; readonly car: MemoryLink } => {
  const phone = new MemoryEnd('phone', options);
  const car = new MemoryEnd('car', options);
  phone.connect(car);
  car.connect(phone);
  return { phone, car };
};

class MemoryEnd implements MemoryLink {
  readonly mtu: number;
  readonly peer: string;
  readonly #name: 'phone' | 'car';
  readonly #tamper: MemoryLinkOptions['tamper'];
  readonly #buffer = new LinkBuffer();
  #other: MemoryEnd | undefined;

  constructor(name: 'phone' | 'car', options: MemoryLinkOptions) {
    this.#name = name;
    this.peer = name === 'phone' ? 'car' : 'phone';
    this.mtu = options.mtu ?? 256;
    this.#tamper = options.tamper;
  }

  connect(other: MemoryEnd): void {
    this.#other = other;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    await Promise.resolve();
    this.#buffer.open(handlers);
  }

  async send(chunk: Uint8Array): Promise<void> {
    await Promise.resolve();
    this.#buffer.signal.throwIfAborted();
    checkChunk(chunk, this.mtu);
    const sent =
      this.#tamper === undefined ? chunk.slice() : this.#tamper(chunk.slice(), this.#name);
    if (sent !== undefined) inTurn(() => this.#other?.receive(sent));
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.#buffer.end('local');
    this.#other?.end('remote');
  }

  lose(): void {
    this.#buffer.end('lost');
    this.#other?.end('lost');
  }

  receive(chunk: Uint8Array): void {
    if (!this.#buffer.receive(chunk)) void this.close();
  }

  /** After what is on its way. */
  end(reason: LinkCloseReason): void {
    inTurn(() => {
      this.#buffer.end(reason);
    });
  }
}

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
