import { PhoneKeyError } from '../../lib/errors.js';
import type { AdvertisingPdu, AirPdu, DeviceAddress } from '../medium/pdu.js';

/** What a SimPeripheral advertises. Only a SimCentral takes it for a car, and it takes nothing else. */
export interface SimAdvertisement extends AdvertisingPdu {
  /** Address of the advertiser, aa:bb:cc:dd:ee:ff. */
  readonly id: string;
  readonly serviceData: Uint8Array;
}

export const isSimAdvertisement = (pdu: AirPdu): pdu is SimAdvertisement => 'serviceData' in pdu;

/** What the 31 bytes of a PDU have room for beside flags and UUID; the same with every radio. */
const MAX_SERVICE_DATA_BYTES = 10;
/** LE General Discoverable, BR/EDR not supported. */
const FLAGS = [2, 0x01, 0x06];
const SERVICE_DATA_128 = 0x21;
/** This air knows no services: the UUID is left blank, so that no host takes it for one. */
const UUID_BYTES = 16;

/**
 * Flags and service data, 21 to 31 bytes, all in the advertisement itself: no scan request is needed.
 * @throws PhoneKeyError `internal` above 10 bytes of service data
 */
export const simAdvertisement = (
  advertiser: DeviceAddress,
  id: string,
  serviceData: Uint8Array,
): SimAdvertisement => {
  if (serviceData.length > MAX_SERVICE_DATA_BYTES) {
    throw new PhoneKeyError('internal', 'Service data has at most 10 bytes.');
  }
  const header = [1 + UUID_BYTES + serviceData.length, SERVICE_DATA_128];
  return {
    kind: 'advertising',
    advertiser,
    data: Uint8Array.from([...FLAGS, ...header, ...new Uint8Array(UUID_BYTES), ...serviceData]),
    connectable: true,
    scannable: false,
    id,
    serviceData: serviceData.slice(),
  };
};
