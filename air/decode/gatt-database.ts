import { parsed } from './reader.js';

/** What the handles of a server mean, learnt by listening to a client that discovers them (Vol 3 Part G). */

/** The type of a declaration of a characteristic. */
export const CHARACTERISTIC = '2803';
/** A server with more attributes than that is not one to remember all of. */
const MAX_ATTRIBUTES = 1024;

export class GattDatabase {
  readonly #types = new Map<number, string>();
  readonly #characteristics = new Set<number>();

  learn(handle: number, uuid: string): void {
    if (this.#types.size < MAX_ATTRIBUTES || this.#types.has(handle)) {
      this.#types.set(handle, uuid);
    }
  }

  /** Properties (1), handle of the value (2), type of the value (2 or 16). */
  learnCharacteristic(declaration: Buffer): void {
    const found = parsed(declaration, (reader) => {
      reader.u8();
      return { handle: reader.u16(), uuid: reader.uuid(reader.left === 2 ? 2 : 16) };
    });
    if (found === undefined || this.#characteristics.size >= MAX_ATTRIBUTES) return;
    this.learn(found.handle, found.uuid);
    this.#characteristics.add(found.handle);
  }

  uuid(handle: number): string | undefined {
    return this.#types.get(handle);
  }

  /** Type of the characteristic whose descriptor this is: the last one before it. */
  characteristicBefore(handle: number): string | undefined {
    const before = [...this.#characteristics].filter((value) => value < handle);
    return this.uuid(Math.max(...before));
  }
}
