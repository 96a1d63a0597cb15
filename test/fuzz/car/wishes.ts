import type { Command } from '../../../lib/domain/commands.js';
import { toHex } from '../../../lib/platform/bytes.js';

const SECONDS = 30;

/** Which commands with an id have come, and which are void: none of them may do anything any more. */
export class Wishes {
  readonly #wall: () => number;
  /** Until when, by key and id. */
  readonly #known = new Map<string, number>();

  /** @param wall seconds since 1970 by the clock that runs in the car */
  constructor(wall: () => number) {
    this.#wall = wall;
  }

  /** Whether it is only answered: it has come before, or another one of this key has made it void. */
  come({ type, id, voids = [] }: Command, publicKey: Uint8Array): boolean {
    if (id === undefined || type === 'status') return false;
    const names = [id, ...voids].map((each) => `${toHex(publicKey)} ${toHex(each)}`);
    const now = this.#wall();
    const fresh = names.filter((name) => (this.#known.get(name) ?? 0) <= now);
    for (const name of fresh) this.#known.set(name, now + SECONDS);
    return fresh[0] !== names[0];
  }
}
