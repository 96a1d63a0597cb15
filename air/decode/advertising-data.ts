import { parsed, Reader } from '../../lib/hci/reader.js';
import { hexNumber, uuidText } from '../../lib/hci/text.js';
import { toHex } from '../../lib/platform/bytes.js';
import { printable, shortHex, shortList } from './fields.js';

/** What a device advertises (Core Specification Supplement, Part A; Assigned Numbers 2.3). */
export interface AdvertisingData {
  /** Of all structures together. */
  readonly bytes: number;
  /** Bit 1: generally discoverable; bit 2: no BR/EDR. */
  readonly flags?: number;
  /** The local name, shortened or complete; made safe for a terminal. */
  readonly name?: string;
  /** Service UUIDs. */
  readonly services?: readonly string[];
  /** Data in hex, by the UUID of the service. */
  readonly serviceData?: readonly { readonly uuid: string; readonly data: string }[];
  /** Data in hex, by the number that the Bluetooth SIG gave the company. */
  readonly manufacturerData?: readonly { readonly company: number; readonly data: string }[];
  /** With which it says that it sends. */
  readonly txPowerDbm?: number;
  /** Types of the structures that are not told. */
  readonly others?: readonly number[];
  /** The last structure is longer than what is left. */
  readonly malformed?: true;
}

const FLAGS = 0x01;
const NAMES: readonly number[] = [0x08, 0x09];
const TX_POWER = 0x0a;
/** Types of lists of UUIDs, and the bytes of one. */
const UUIDS: ReadonlyMap<number, number> = new Map([
  [0x02, 2],
  [0x03, 2],
  [0x06, 16],
  [0x07, 16],
]);
const SERVICE_DATA: ReadonlyMap<number, number> = new Map([
  [0x16, 2],
  [0x21, 16],
]);
const MANUFACTURER = 0xff;

/** Never throws: what is not told by its fields is told by its type. */
export const readAdvertisingData = (bytes: Uint8Array): AdvertisingData => {
  const told: { -readonly [K in keyof AdvertisingData]: AdvertisingData[K] } = {
    bytes: bytes.length,
  };
  const services: string[] = [];
  const serviceData: { uuid: string; data: string }[] = [];
  const manufacturerData: { company: number; data: string }[] = [];
  const others: number[] = [];
  /** False for a type that is not told. */
  const tell = (type: number, value: Uint8Array, reader: Reader): boolean => {
    const uuidLength = UUIDS.get(type);
    const dataUuidLength = SERVICE_DATA.get(type);
    if (type === FLAGS) told.flags = reader.u8();
    else if (NAMES.includes(type)) told.name = printable(Buffer.from(value).toString('utf8'));
    else if (type === TX_POWER) told.txPowerDbm = reader.integer(1, true);
    else if (uuidLength !== undefined) {
      while (reader.left >= uuidLength) services.push(uuidText(reader.bytes(uuidLength)));
    } else if (dataUuidLength !== undefined) {
      const uuid = uuidText(reader.bytes(dataUuidLength));
      serviceData.push({ uuid, data: toHex(reader.rest()) });
    } else if (type === MANUFACTURER) {
      const company = reader.u16();
      manufacturerData.push({ company, data: toHex(reader.rest()) });
    } else return false;
    return true;
  };
  const reader = new Reader(bytes);
  let malformed = false;
  while (reader.left > 0) {
    const length = reader.u8();
    if (length === 0) break; // the significant part ends early
    if (length > reader.left) {
      malformed = true;
      break;
    }
    const type = reader.u8();
    const value = reader.bytes(length - 1);
    if (parsed(value, (fields) => tell(type, value, fields)) !== true) others.push(type);
  }
  for (const [name, list] of Object.entries({ services, serviceData, manufacturerData, others })) {
    if (list.length > 0) Object.assign(told, { [name]: list });
  }
  return malformed ? { ...told, malformed } : told;
};

/** One structure an item, for people; `nameOf` may know a UUID. */
export const describeAdvertisingData = (
  data: AdvertisingData,
  nameOf: (uuid: string) => string,
): string[] =>
  shortList([
    ...(data.flags === undefined ? [] : [`flags ${hexNumber(data.flags)}`]),
    ...(data.name === undefined ? [] : [`name "${data.name}"`]),
    ...(data.services ?? []).map((uuid) => `service ${nameOf(uuid)}`),
    ...(data.serviceData ?? []).map(
      ({ uuid, data: value }) => `service data of ${nameOf(uuid)} ${shortHex(value)}`,
    ),
    ...(data.manufacturerData ?? []).map(
      ({ company, data: value }) => `manufacturer ${hexNumber(company, 2)} ${shortHex(value)}`,
    ),
    ...(data.txPowerDbm === undefined ? [] : [`TX power ${String(data.txPowerDbm)} dBm`]),
    ...(data.others ?? []).map((type) => `AD type ${hexNumber(type)}`),
    ...(data.malformed === true ? ['malformed'] : []),
    ...(data.bytes === 0 ? ['nothing'] : []),
  ]);
