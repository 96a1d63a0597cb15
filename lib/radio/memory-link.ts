import { DEFAULT_MTU, MAX_MTU } from '../hci/att/limits.js';
import { callback, checkOptions, clock, whole } from '../platform/check.js';
import { systemClock } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { turnsOf } from '../platform/sim-clock.js';
import { checkChunk, LinkBuffer } from './link-buffer.js';
import type { Link, LinkCloseReason, LinkHandlers } from './types.js';

/** One end of a link without a radio, for tests of whatever runs over a Link. */
export interface MemoryLink extends Link {
  /** Aborted when this end is down, with `radio.link-lost` as reason. */
  readonly down: AbortSignal;
  /** Takes the link down as a radio does when the other side went out of range. */
  lose(): void;
}

/** How links without a radio behave. */
export interface MemoryLinkOptions {
  /** That of the phones and cars (default: the system's). A simulated one stands still while something is on its way. */
  readonly clock?: Clock;
  /** ATT MTU in bytes, 23 to 517 (default 256). */
  readonly mtu?: number;
  /** Sees each chunk on its way to the other end; may change it, or drop it by returning undefined. */
  readonly tamper?: (chunk: Uint8Array, from: 'phone' | 'car') => Uint8Array | undefined;
}

const MTU = 256;
export const LINK_RULES = { clock, mtu: whole(DEFAULT_MTU, MAX_MTU), tamper: callback };

/** Both ends of one link. */
export type MemoryLinkPair = Readonly<Record<'phone' | 'car', MemoryLink>>;

/**
 * A pair of connected links. Chunks arrive in order, each in a turn of its own.
 * @throws PhoneKeyError `usage.invalid` for an impossible MTU
 */
export const memoryLinkPair = (options: MemoryLinkOptions = {}): MemoryLinkPair => {
  checkOptions(options, LINK_RULES);
  const { mtu = MTU } = options;
  const { tamper = (chunk: Uint8Array) => chunk, clock: time = systemClock } = options;
  const inTurn = turnsOf(time);
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
      down: buffers[own].signal,
      open: async (handlers) => {
        await Promise.resolve();
        buffers[own].open(handlers);
      },
      send: async (chunk) => {
        checkChunk(chunk, mtu);
        const copy = chunk.slice(); // the caller may use it again
        await Promise.resolve();
        buffers[own].signal.throwIfAborted();
        const sent = tamper(copy, own);
        if (sent === undefined) return;
        inTurn(() => {
          if (!buffers[other].receive(sent)) void links[other].close();
        });
      },
      close: async () => {
        await Promise.resolve();
        end('local', 'remote');
        await new Promise<void>(inTurn); // until the other end knows
      },
      lose: () => {
        end('lost', 'lost');
      },
    };
  };
  const links = { phone: linkOf('phone', 'car'), car: linkOf('car', 'phone') };
  return links;
};

/**
 * The phone's end as a radio gives it: what is sent before the subscription belongs to nobody, and there is no
 * subscribing on a link that is down.
 * @param subscribe the phone has subscribed
 */
export const subscribing = (phone: MemoryLink, peer: string, subscribe: () => void): Link => {
  let subscribed = false;
  return {
    ...phone,
    peer,
    open: async (handlers: LinkHandlers) => {
      await phone.open(handlers);
      phone.down.throwIfAborted();
      subscribed = true;
      subscribe();
    },
    send: async (chunk) => {
      if (subscribed) return phone.send(chunk);
      checkChunk(chunk, phone.mtu);
      phone.down.throwIfAborted();
    },
  };
};
