import { as, bytes, i8, u8 } from '../fields.js';
import { command, read } from '../packet.js';
import { addressType, enable, slots } from '../shared.js';

/** Legacy advertising (Vol 4 Part E 7.8.5 to 7.8.9). */

/**
 * By type, the properties of the same set in extended advertising (7.8.53): 0 ADV_IND, 1 ADV_DIRECT_IND
 * (high duty cycle), 2 ADV_SCAN_IND, 3 ADV_NONCONN_IND, 4 ADV_DIRECT_IND.
 */
export const LEGACY_PROPERTIES: readonly number[] = [0x13, 0x1d, 0x12, 0x10, 0x15];

export const LeSetAdvertisingParameters = command(0x2006, [25, 5], {
  intervalMin: slots('intervalMinMs', 0x4000, 0x0020),
  intervalMax: slots('intervalMaxMs', 0x4000, 0x0020),
  type: as('advertisingType', u8({ max: 4 })),
  ownAddressType: addressType(3),
  peerAddressType: u8({ max: 1 }),
  peerAddress: bytes(6),
  channels: u8({ min: 1, max: 0b111 }),
  filterPolicy: u8({ max: 3 }),
});
export const LeReadAdvertisingTxPower = read(0x2007, [25, 6], { power: i8() });

/** Significant length, and 31 bytes whatever it says. */
const legacyData = {
  length: u8({ max: 31 }),
  data: as('data', bytes(31), (data, { length }) => data.subarray(0, Number(length))),
};

export const LeSetAdvertisingData = command(0x2008, [25, 7], legacyData);
export const LeSetScanResponseData = command(0x2009, [26, 0], legacyData);
export const LeSetAdvertisingEnable = command(0x200a, [26, 1], { enable });
