import { AttributeType, CharacteristicDeclaration } from '../../lib/hci/att/attributes.js';
import { readable, Reader } from '../../lib/hci/reader.js';
import { uuidText } from '../../lib/hci/text.js';

/** What the handles of a server mean, learnt by listening to a client that discovers them (Vol 3 Part G). */

/** Properties of a characteristic that has one: notify, indicate. */
const SUBSCRIBABLE = 0x30;
/** A server with more attributes than that is not one to remember all of. */
const MAX_ATTRIBUTES = 1024;

/** Of the 2 or 16 bytes that end a PDU or a value. @throws PacketError where they are fewer */
export const uuidIn = (bytes: Uint8Array): string =>
  uuidText(new Reader(bytes).bytes(bytes.length === 2 ? 2 : 16));

export class GattDatabase {
  readonly #types = new Map<number, string>();
  /** Properties, by the handle of the value. */
  readonly #characteristics = new Map<number, number>();

  learn(handle: number, uuid: string): void {
    if (this.#types.size < MAX_ATTRIBUTES || this.#types.has(handle)) {
      this.#types.set(handle, uuid);
    }
  }

  /** @param at handle of the declaration */
  learnCharacteristic(at: number, declaration: Uint8Array): void {
    const found = readable(() => {
      const { uuid, ...declared } = CharacteristicDeclaration.read(declaration);
      return { ...declared, uuid: uuidIn(uuid) };
    });
    if (found === undefined || this.#characteristics.size >= MAX_ATTRIBUTES) return;
    this.learn(found.valueHandle, found.uuid);
    this.#characteristics.set(found.valueHandle, found.properties);
    // A client need not ask for a configuration between a value and the next declaration: nothing else fits.
    const before = this.#characteristics.get(at - 2) ?? 0;
    if ((before & SUBSCRIBABLE) !== 0) this.learn(at - 1, AttributeType.clientConfiguration);
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
