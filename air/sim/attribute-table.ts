import { concat } from '../../lib/platform/bytes.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { layoutOf } from '../../lib/radio/gatt-row.js';
import type { PeripheralService } from '../../lib/radio/types.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { AttributeType, readUint16, simAttPdu, uint16 } from './att.js';

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
    let handle = FIRST_HANDLE;
    this.services = services.map((service) => {
      const { characteristics, configurationAt, lastAt } = layoutOf(service.profile);
      const first = handle + 1;
      const [toCar = 0, fromCar = 0] = characteristics.map(({ at }) => first + at + 1);
      const configuration = first + configurationAt;
      const uuid = uuidBytes(service.profile.service);
      this.#add(AttributeType.service, handle, uint16(handle, first + lastAt), uuid);
      for (const { uuid: bare, at, properties } of characteristics) {
        const value = concat(Uint8Array.of(properties), uint16(first + at + 1));
        this.#add(
          AttributeType.declaration,
          first + at,
          uint16(first + at),
          value,
          uuidBytes(bare),
        );
      }
      this.#add(AttributeType.configuration, configuration, uint16(configuration, 0));
      handle = first + lastAt + 1;
      return { service, toCar, fromCar, configuration };
    });
  }

  /** The answer to a search, in which entries of one length fill at most `mtu` bytes. */
  find(opcode: number, parameters: Uint8Array, mtu: number): Uint8Array | undefined {
    if (parameters.length !== 6) return undefined;
    const from = readUint16(parameters);
    const to = readUint16(parameters, 2);
    const found = this.#attributes
      .filter(
        ({ type, handle }) => type === readUint16(parameters, 4) && handle >= from && handle <= to,
      )
      .map(({ entry }) => entry);
    const length = found[0]?.length;
    if (length === undefined) {
      return simAttPdu(
        Att.error.opcode,
        Uint8Array.of(opcode),
        uint16(from),
        Uint8Array.of(NOT_FOUND),
      );
    }
    const other = found.findIndex((entry) => entry.length !== length);
    const room = Math.max(1, Math.floor((mtu - 2) / length));
    const entries = found.slice(0, Math.min(room, other < 0 ? found.length : other));
    return simAttPdu(opcode + 1, Uint8Array.of(length), ...entries);
  }

  #add(type: number, handle: number, ...entry: readonly Uint8Array[]): void {
    this.#attributes.push({ type, handle, entry: concat(...entry) });
  }
}

/** Attribute Not Found (Vol 3 Part F 3.4.1.1). */
const NOT_FOUND = 0x0a;
