import type { Party } from './event.js';
import { printable } from './fields.js';

/** Random addresses of one controller that are remembered. */
const MAX_RANDOM_ADDRESSES = 8;

/** Who a controller is, as far as it was heard. */
export class FollowedIdentity {
  readonly label: string;
  #public: string | undefined;
  /** The latest first. */
  #random: string[] = [];

  constructor(
    readonly index: number,
    address?: string,
    label = '',
  ) {
    this.#public = address;
    this.label = printable(label);
  }

  /** The public address where it is known, and otherwise the latest random one. */
  get address(): string | null {
    return this.#public ?? this.random;
  }

  get random(): string | null {
    return this.#random[0] ?? null;
  }

  has(address: string): boolean {
    return this.#public === address || this.#random.includes(address);
  }

  setPublic(address: string): void {
    this.#public = address;
  }

  addRandom(address: string): void {
    const others = this.#random.filter((each) => each !== address);
    this.#random = [address, ...others].slice(0, MAX_RANDOM_ADDRESSES);
  }
}

export const strangerOf = (address: string | undefined): Party => ({
  name: address ?? '?',
  address: address ?? null,
});
