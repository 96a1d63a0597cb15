import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../lib/platform/clock.js';

/** Who has said nothing for this long is cut off, in milliseconds. */
export const QUIET_MS = 10_000;
/** When more than this many say nothing, the one that came first is cut off. */
export const MOST_QUIET = 256;

/** Those who have connected to a server and have not asked for anything yet. They take nobody's place. */
export class Lobby {
  readonly #clock: Clock;
  readonly #quiet = new Map<Socket, Cancel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enter(socket: Socket): void {
    const cancel = this.#clock.after(QUIET_MS, () => socket.destroy());
    this.#quiet.set(socket, cancel);
    socket.on('close', () => {
      this.leave(socket);
    });
    const first = this.#quiet.keys().next();
    if (this.#quiet.size > MOST_QUIET && first.done !== true) first.value.destroy();
  }

  /** It has asked for something, or has gone. */
  leave(socket: Socket): void {
    this.#quiet.get(socket)?.();
    this.#quiet.delete(socket);
  }
}

/** Places for those who have. */
export class Room {
  readonly #inside = new Set<Socket>();

  constructor(readonly places: number) {}

  /** True with a place, which it has until it closes. */
  takes(socket: Socket): boolean {
    if (this.#inside.size >= this.places) return false;
    this.#inside.add(socket);
    socket.on('close', () => this.#inside.delete(socket));
    return true;
  }
}
