import { characteristicsOf } from '../../lib/link/gatt-profile.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { configurationInRow, lastInRow, PROPERTY_BITS } from '../../lib/radio/gatt-row.js';
import type { PeripheralService } from '../../lib/radio/types.js';
import { Att } from '../decode/att.js';
import { AttributeType, simAttPdu, uint16 } from './att.js';

/** What a search finds, as it stands in an answer. */
interface Attribute {
  readonly type: number;
  readonly handle: number;
  readonly entry: Uint8Array;
}

/** A service at its place. */
export interface PlacedService {
  readonly service: PeripheralService;
  /** Of the values of `toCar` and `fromCar`, and of the configuration of `fromCar`. */
  readonly toCar: number;
  readonly fromCar: number;
  readonly configuration: number;
}

/** bleno's services GAP and GATT come first: handles 1 to 9. */
const GENERIC: readonly Attribute[] = [
  { type: AttributeType.service, handle: 1, entry: uint16(1, 5, 0x1800) },
  { type: AttributeType.service, handle: 6, entry: uint16(6, 9, 0x1801) },
];
const FIRST_HANDLE = 10;

/** The attributes of a car, where bleno would have them. */
export class AttributeTable {
  readonly services: readonly PlacedService[];
  readonly #attributes: Attribute[] = [...GENERIC];

  constructor(services: readonly PeripheralService[]) {
    let next = FIRST_HANDLE;
    this.services = services.map((service) => {
      const { profile } = service;
      const handle = next;
      const first = handle + 1;
      const configuration = configurationInRow(first, profile);
      const end = lastInRow(first, profile);
      next = end + 1;
      const entry = Buffer.concat([uint16(handle, end), uuidBytes(profile.service)]);
      this.#attributes.push({ type: AttributeType.service, handle, entry });
      const values = this.#declare(profile, first, configuration);
      const [toCar = 0, fromCar = 0] = values;
      return { service, toCar, fromCar, configuration };
    });
  }

  /** The answer to a search, in which entries of one length fill at most `mtu` bytes. */
  find(opcode: number, parameters: Buffer, mtu: number): Buffer | undefined {
    if (parameters.length !== 6) return undefined;
    const from = parameters.readUInt16LE(0);
    const to = parameters.readUInt16LE(2);
    const type = parameters.readUInt16LE(4);
    const found = this.#attributes
      .filter(({ handle, ...each }) => each.type === type && handle >= from && handle <= to)
      .map(({ entry }) => entry);
    const length = found[0]?.length;
    if (length === undefined) {
      return simAttPdu(
        Att.error,
        Buffer.of(opcode),
        parameters.subarray(0, 2),
        Buffer.of(NOT_FOUND),
      );
    }
    const other = found.findIndex((entry) => entry.length !== length);
    const room = Math.max(1, Math.floor((mtu - 2) / length));
    const entries = found.slice(0, Math.min(room, other < 0 ? found.length : other));
    return simAttPdu(opcode + 1, Buffer.of(length), ...entries);
  }

  /** The handles of the values. */
  #declare(profile: GattProfile, first: number, configuration: number): number[] {
    let handle = first;
    return characteristicsOf(profile).map(({ uuid, properties }) => {
      const value = handle + 1;
      const bits = properties.reduce((all, property) => all | PROPERTY_BITS[property], 0);
      this.#attributes.push({
        type: AttributeType.declaration,
        handle,
        entry: Buffer.concat([uint16(handle), Buffer.of(bits), uint16(value), uuidBytes(uuid)]),
      });
      handle += 2;
      if (handle === configuration) {
        const entry = uint16(handle++, 0);
        this.#attributes.push({ type: AttributeType.configuration, handle: configuration, entry });
      }
      return value;
    });
  }
}

/** Attribute Not Found (Vol 3 Part F 3.4.1.1). */
const NOT_FOUND = 0x0a;
