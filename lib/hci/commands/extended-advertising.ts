import { as, bytes, counted, i8, u16, u24, u8 } from '../fields.js';
import { countedList } from '../lists.js';
import { command, read } from '../packet.js';
import { address, enable, ownAddressType } from '../shared.js';

/** Extended advertising (Vol 4 Part E 7.8.52 to 7.8.60). */

const set = as('set', u8({ max: 0xef }));

export const LeSetAdvertisingSetRandomAddress = command(0x2035, [36, 1], { set, address });

/** [v1]; intervals in units of 0.625 ms. TX power 127 is no preference. */
export const LeSetExtendedAdvertisingParameters = command(
  0x2036,
  [36, 2],
  {
    set,
    properties: u16({ max: 0x7f }),
    intervalMin: u24({ min: 0x20 }),
    intervalMax: u24({ min: 0x20 }),
    channels: u8({ min: 1, max: 0b111 }),
    ownAddressType,
    peerAddressType: u8({ max: 1 }),
    peerAddress: bytes(6),
    filterPolicy: u8({ max: 3 }),
    txPower: i8({ min: -127 }),
    primaryPhy: u8({ min: 1, max: 3 }),
    secondaryMaxSkip: u8(),
    secondaryPhy: u8({ min: 1, max: 3 }),
    sid: u8({ max: 0x0f }),
    notifyScanRequests: u8({ max: 1 }),
  },
  { txPower: i8() },
);

/** How a fragment of data continues what came before it. */
export const DataOperation = {
  intermediate: 0,
  first: 1,
  last: 2,
  complete: 3,
  unchanged: 4,
} as const;

const fragment = {
  set,
  operation: u8({ max: 4 }),
  fragmentPreference: u8({ max: 1 }),
  data: as('data', counted(251)),
};

export const LeSetExtendedAdvertisingData = command(0x2037, [36, 3], fragment);
export const LeSetExtendedScanResponseData = command(0x2038, [36, 4], fragment);

/** Durations in units of 10 ms; 0 is no limit. Disabling no set disables all. */
export const LeSetExtendedAdvertisingEnable = command(0x2039, [36, 5], {
  enable,
  sets: countedList({ set, duration: u16(), maxEvents: u8() }),
});

export const LeReadMaximumAdvertisingDataLength = read(0x203a, [36, 6], { length: u16() });
export const LeReadNumberOfAdvertisingSets = read(0x203b, [36, 7], { sets: u8() });
export const LeRemoveAdvertisingSet = command(0x203c, [37, 0], { set });
export const LeClearAdvertisingSets = command(0x203d, [37, 1], {});
