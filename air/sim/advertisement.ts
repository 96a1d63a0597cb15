import type { AdvertisingFields, AdvertisingContent } from '../../lib/link/advertising.js';
import { encodeSet } from '../../lib/radio/advertising-data.js';
import type { AdvertisingPdu, AirPdu, DeviceAddress } from '../medium/pdu.js';

/** What a SimPeripheral advertises. Only a SimCentral takes it for a car, and it takes nothing else. */
export interface SimAdvertisement extends AdvertisingPdu {
  /** Address of the advertiser, aa:bb:cc:dd:ee:ff. */
  readonly id: string;
  /** Of the advertisement and of the scan response: no scan request is needed. */
  readonly fields: AdvertisingFields;
}

export const isSimAdvertisement = (pdu: AirPdu): pdu is SimAdvertisement => 'fields' in pdu;

/** Length, type and value of the flags. */
const FLAGS_BYTES = 3;
const MAX_BYTES = 31;

/**
 * Flags, and blanks for the longer of the two parts, so that no host takes it for a service that it knows.
 * @throws PhoneKeyError `internal` where a part has more than 31 bytes
 */
export const simAdvertisement = (
  advertiser: DeviceAddress,
  id: string,
  set: AdvertisingContent,
): SimAdvertisement => {
  const { advertisement, scanResponse } = encodeSet(set);
  const bytes = Math.max(advertisement.length, FLAGS_BYTES + scanResponse.length);
  const data = new Uint8Array(Math.min(bytes, MAX_BYTES));
  data.set(advertisement.subarray(0, FLAGS_BYTES));
  const fields = structuredClone({ ...set.advertisement, ...set.scanResponse });
  return { kind: 'advertising', advertiser, data, connectable: true, scannable: false, id, fields };
};
