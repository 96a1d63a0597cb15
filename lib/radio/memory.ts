import { checkChunk, LinkBuffer } from './link-buffer.js';
import { inTurn } from '../platform/turn.js';
import type { Link, LinkCloseReason, LinkHandlers } from './types.js';

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
