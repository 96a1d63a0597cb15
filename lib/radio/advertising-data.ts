import { PhoneKeyError } from '../errors.js';
import { bareUuid, SERVICE_UUID } from './gatt.js';

/** What fits beside a 128-bit UUID into the 31 bytes of a scan response, less what we keep free. */
const MAX_SERVICE_DATA_BYTES = 10;

/** AD types (Bluetooth Assigned Numbers, section 2.3). */
const FLAGS = 0x01;
const COMPLETE_UUIDS_128 = 0x07;
const SERVICE_DATA_128 = 0x21;

/** LE General Discoverable, BR/EDR not supported. */
const FLAGS_VALUE = 0x06;

const uuid = Buffer.from(bareUuid(SERVICE_UUID), 'hex').reverse();

const structure = (type: number, ...values: readonly Uint8Array[]): Buffer => {
  const value = Buffer.concat(values);
  return Buffer.concat([Buffer.of(value.length + 1, type), value]);
};

/** Advertising data: flags and the service UUID, the same for every car. 21 bytes. */
export const advertisingData = Buffer.concat([
  structure(FLAGS, Buffer.of(FLAGS_VALUE)),
  structure(COMPLETE_UUIDS_128, uuid),
]);

/**
 * Scan response: the service data. 18 to 28 bytes.
 * @throws PhoneKeyError `internal` above 10 bytes of service data
 */
export const scanResponse = (serviceData: Uint8Array): Buffer => {
  if (serviceData.length > MAX_SERVICE_DATA_BYTES) {
    throw new PhoneKeyError(
      'internal',
      `Service data has at most ${String(MAX_SERVICE_DATA_BYTES)} bytes.`,
    );
  }
  return structure(SERVICE_DATA_128, uuid, serviceData);
};
