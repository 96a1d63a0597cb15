import { PhoneKeyError } from '../errors.js';
import type { AdvertisingFields, AdvertisingContent } from '../link/advertising.js';
import { concat, fromHex, utf8 } from '../platform/bytes.js';
import { bareUuid } from '../link/gatt-profile.js';

/** What an advertisement and a scan response have room for (Core, Vol 6 Part B 2.3.1). */
const MAX_BYTES = 31;

/** AD types (Bluetooth Assigned Numbers, section 2.3). */
const FLAGS = 0x01;
const COMPLETE_UUIDS_128 = 0x07;
const COMPLETE_NAME = 0x09;
const SERVICE_DATA_128 = 0x21;

/** LE General Discoverable, BR/EDR not supported. */
const FLAGS_VALUE = 0x06;

/** @throws PhoneKeyError `internal` where one of the two has more than 31 bytes */
export const encodeSet = ({ advertisement, scanResponse = {} }: AdvertisingContent) => ({
  advertisement: fitting(
    'an advertisement',
    concat(structure(FLAGS, Uint8Array.of(FLAGS_VALUE)), encodeFields(advertisement)),
  ),
  scanResponse: fitting('a scan response', encodeFields(scanResponse)),
});

const encodeFields = ({ services, serviceData, localName }: AdvertisingFields): Uint8Array =>
  concat(
    ...(services === undefined ? [] : [structure(COMPLETE_UUIDS_128, ...services.map(uuidBytes))]),
    ...(serviceData ?? []).map(({ uuid, data }) =>
      structure(SERVICE_DATA_128, uuidBytes(uuid), data),
    ),
    ...(localName === undefined ? [] : [structure(COMPLETE_NAME, utf8(localName))]),
  );

const fitting = (what: string, bytes: Uint8Array): Uint8Array => {
  if (bytes.length <= MAX_BYTES) return bytes;
  const sizes = `at most ${String(MAX_BYTES)} bytes, not ${String(bytes.length)}`;
  throw new PhoneKeyError('internal', `${what} has ${sizes}`);
};

const structure = (type: number, ...values: readonly Uint8Array[]): Uint8Array => {
  const value = concat(...values);
  return concat(Uint8Array.of(value.length + 1, type), value);
};

/** In the order of bytes that goes over the air. */
export const uuidBytes = (uuid: string): Uint8Array =>
  (fromHex(bareUuid(uuid)) ?? new Uint8Array()).reverse();
