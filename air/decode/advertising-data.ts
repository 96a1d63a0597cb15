import { parsed, Reader } from '../../lib/hci/reader.js';
import { hexNumber, uuidText } from '../../lib/hci/text.js';
import { toHex } from '../../lib/platform/bytes.js';
import { printable, shortHex, shortList } from './fields.js';

/** What a device advertises (Core Specification Supplement, Part A; Assigned Numbers 2.3). */
export interface AdvertisingData {
  /** Of all structures together. */
  readonly bytes: number;
  readonly flags?: number;
  readonly name?: string;
  /** Service UUIDs. */
  readonly services?: readonly string[];
  readonly serviceData?: readonly { readonly uuid: string; readonly data: string }[];
  readonly manufacturerData?: readonly { readonly company: number; readonly data: string }[];
  readonly txPowerDbm?: number;
  /** Types of the structures that are not told. */
  readonly others?: readonly number[];
  /** The last structure is longer than what is left. */
  readonly malformed?: true;
}

interface Structure {
  readonly type: number;
  readonly value: Uint8Array;
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
  const { structures, whole } = split(bytes);
  const told: { -readonly [K in keyof AdvertisingData]: AdvertisingData[K] } = {
    bytes: bytes.length,
  };
  const lists = {
    services: [] as string[],
    serviceData: [] as { uuid: string; data: string }[],
    manufacturerData: [] as { company: number; data: string }[],
    others: [] as number[],
  };
  for (const { type, value } of structures) {
    const understood = parsed(value, (reader) => {
      const uuidLength = UUIDS.get(type);
      const dataUuidLength = SERVICE_DATA.get(type);
      if (type === FLAGS) told.flags = reader.u8();
      else if (NAMES.includes(type)) told.name = printable(Buffer.from(value).toString('utf8'));
      else if (type === TX_POWER) told.txPowerDbm = reader.integer(1, true);
      else if (uuidLength !== undefined) lists.services.push(...uuids(reader, uuidLength));
      else if (dataUuidLength !== undefined) {
        const uuid = uuidText(reader.bytes(dataUuidLength));
        lists.serviceData.push({ uuid, data: toHex(reader.rest()) });
      } else if (type === MANUFACTURER) {
        const company = reader.u16();
        lists.manufacturerData.push({ company, data: toHex(reader.rest()) });
      } else return false;
      return true;
    });
    if (understood !== true) lists.others.push(type);
  }
  for (const [name, list] of Object.entries(lists)) {
    if (list.length > 0) Object.assign(told, { [name]: list });
  }
  if (!whole) told.malformed = true;
  return told;
};

/** One structure an item, for people; `nameOf` may know a UUID. */
export const describeAdvertisingData = (
  data: AdvertisingData,
  nameOf: (uuid: string) => string,
): string[] => {
  return shortList([
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
};

/** A structure of length 0 ends the significant part early. */
const split = (
  bytes: Uint8Array,
): { readonly structures: readonly Structure[]; readonly whole: boolean } => {
  const structures: Structure[] = [];
  const reader = new Reader(bytes);
  while (reader.left > 0) {
    const length = reader.u8();
    if (length === 0) break;
    if (length > reader.left) return { structures, whole: false };
    structures.push({ type: reader.u8(), value: reader.bytes(length - 1) });
  }
  return { structures, whole: true };
};

const uuids = (reader: Reader, length: number): string[] => {
  const found: string[] = [];
  while (reader.left >= length) found.push(uuidText(reader.bytes(length)));
  return found;
};
