import { uuidText } from '../../lib/hci/text.js';
import { parsed } from '../../lib/hci/reader.js';

/** What the handles of a server mean, learnt by listening to a client that discovers them (Vol 3 Part G). */

/** The type of a declaration of a characteristic. */
export const CHARACTERISTIC = '2803';
/** The type of the descriptor by which a client subscribes. */
export const CLIENT_CONFIGURATION = '2902';
/** Properties of a characteristic that has one: notify, indicate. */
const SUBSCRIBABLE = 0x30;
/** A server with more attributes than that is not one to remember all of. */
const MAX_ATTRIBUTES = 1024;

export class GattDatabase {
  readonly #types = new Map<number, string>();
  /** Properties, by the handle of the value. */
  readonly #characteristics = new Map<number, number>();

  learn(handle: number, uuid: string): void {
    if (this.#types.size < MAX_ATTRIBUTES || this.#types.has(handle)) {
      this.#types.set(handle, uuid);
    }
  }

  /**
   * @param at handle of the declaration
   * @param declaration properties (1), handle of the value (2), type of the value (2 or 16)
   */
  learnCharacteristic(at: number, declaration: Uint8Array): void {
    const found = parsed(declaration, (reader) => ({
      properties: reader.u8(),
      handle: reader.u16(),
      uuid: uuidText(reader.bytes(reader.left === 2 ? 2 : 16)),
    }));
    if (found === undefined || this.#characteristics.size >= MAX_ATTRIBUTES) return;
    this.learn(found.handle, found.uuid);
    this.#characteristics.set(found.handle, found.properties);
    // A client need not ask for a configuration between a value and the next declaration: nothing else fits.
    const before = this.#characteristics.get(at - 2) ?? 0;
    if ((before & SUBSCRIBABLE) !== 0) this.learn(at - 1, CLIENT_CONFIGURATION);
  }

  uuid(handle: number): string | undefined {
    return this.#types.get(handle);
  }

  /** Type of the characteristic whose descriptor this is: the last one before it. */
  characteristicBefore(handle: number): string | undefined {
    const before = [...this.#characteristics.keys()].filter((value) => value < handle);
    return this.uuid(Math.max(...before));
  }
}
