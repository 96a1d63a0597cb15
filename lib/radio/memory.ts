import { checkChunk, LinkBuffer } from './link-buffer.js';
import { DEFAULT_MTU, MAX_MTU } from '../hci/att/limits.js';
import { callback, checkOptions, whole } from '../platform/check.js';
import { inTurn } from '../platform/turn.js';
import type { Central, Link, LinkCloseReason, Peripheral, PeripheralService } from './types.js';
import { PhoneKeyError } from '../errors.js';
import type { AdvertisingContent } from '../link/advertising.js';
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

const LINK_RULES = { mtu: whole(DEFAULT_MTU, MAX_MTU), tamper: callback };

/** A pair of connected links. Chunks arrive in order, each in a turn of its own. */
export const memoryLinkPair = (
  options: MemoryLinkOptions = {},
): Readonly<Record<'phone' | 'car', MemoryLink>> => {
  checkOptions(options, LINK_RULES);
  const { mtu = 256, tamper = (chunk: Uint8Array) => chunk } = options;
  const buffers = { phone: new LinkBuffer(), car: new LinkBuffer() };
  const linkOf = (own: 'phone' | 'car', other: 'phone' | 'car'): MemoryLink => {
    /** The other end hears of it after what is on its way. */
    const end = (reason: LinkCloseReason, told: LinkCloseReason): void => {
      buffers[own].end(reason);
      inTurn(() => {
        buffers[other].end(told);
      });
    };
    return {
      mtu,
      peer: other,
      open: async (handlers) => {
        await Promise.resolve();
        buffers[own].open(handlers);
      },
      send: async (chunk) => {
        await Promise.resolve();
        buffers[own].signal.throwIfAborted();
        checkChunk(chunk, mtu);
        const sent = tamper(chunk.slice(), own);
        if (sent === undefined) return;
        inTurn(() => {
          if (!buffers[other].receive(sent)) void links[other].close();
        });
      },
      close: async () => {
        await Promise.resolve();
        end('local', 'remote');
      },
      lose: () => {
        end('lost', 'lost');
      },
    };
  };
  const links = { phone: linkOf('phone', 'car'), car: linkOf('car', 'phone') };
  return links;
};

/** Phones and cars that hear each other without a radio: every car is near every phone. */
export class MemoryRadio {
  readonly #cars = new Map<string, MemoryCar>();
  readonly #options: MemoryLinkOptions;
  /** Every link made so far, newest last: for tests that break one. */
  readonly links: { readonly phone: MemoryLink; readonly car: MemoryLink }[] = [];
  #sequence = 0;

  constructor(options: MemoryLinkOptions = {}) {
    checkOptions(options, LINK_RULES);
    this.#options = options;
  }

  peripheral(): Peripheral {
    const id = `memory-${String(++this.#sequence)}`;
    const car: MemoryCar = { services: [], sets: [] };
    this.#cars.set(id, car);
    return {
      mostLinks: Infinity,
      start: async (services) => {
        car.services = services;
      },
      advertise: async (sets) => {
        for (const set of sets) encodeSet(set); // throws where a set does not fit
        car.sets = sets;
      },
      close: async () => {
        this.#cars.delete(id);
      },
    };
  }

  central(): Central {
    return {
      scan: async (filters, found, signal) => {
        const listening = (): boolean => !signal.aborted; // `found` may abort it
        while (listening()) {
          for (const [id, { sets }] of this.#cars) {
            for (const { advertisement, scanResponse } of sets) {
              const heard = { id, rssi: -40, ...advertisement, ...scanResponse };
              if (listening() && filters.some((filter) => filter.matches(heard))) found(heard);
            }
          }
          await new Promise<void>(inTurn);
        }
      },
      connect: async ({ id }, profile) => {
        const services = this.#cars.get(id)?.services;
        const service = services?.find((each) => each.profile.service === profile.service);
        if (service === undefined) {
          throw new PhoneKeyError('radio.connect-failed', 'the car has gone');
        }
        const pair = memoryLinkPair(this.#options);
        this.links.push(pair);
        const { phone, car } = pair;
        return {
          ...phone,
          peer: id,
          open: async (handlers) => {
            await phone.open(handlers);
            service.onLink(car);
          },
        };
      },
      close: async () => undefined,
    };
  }
}

interface MemoryCar {
  services: readonly PeripheralService[];
  sets: readonly AdvertisingContent[];
}
