import { as, u16, u8 } from '../fields.js';
import type { Before } from '../fields.js';
import { listByCount } from '../lists.js';
import { command, commandWithStatus } from '../packet.js';
import {
  address,
  addressType,
  connectionParameters,
  enable,
  ownAddressType,
  slots,
} from '../shared.js';

/** Scanning (Vol 4 Part E 7.8.10, 7.8.11, 7.8.64 and 7.8.65) and initiating (7.8.12, 7.8.13 and 7.8.66). */

/** 0 passive, 1 active: asks for scan responses. */
const type = as('active', u8({ max: 1 }), (value) => value === 1);
const filterDuplicates = (max: number): typeof type =>
  as('filterDuplicates', u8({ max }), (value) => value !== 0);

export const LeSetScanParameters = command(0x200b, [26, 2], {
  type,
  interval: slots('intervalMs', 0x4000),
  window: slots('windowMs', 0x4000),
  ownAddressType,
  filterPolicy: u8({ max: 3 }),
});
export const LeSetScanEnable = command(0x200c, [26, 3], {
  enable,
  filterDuplicates: filterDuplicates(1),
});

/** Peers of types 2 and 3 are identities of which a private address was resolved. */
const peer = { peerAddressType: addressType(3), peerAddress: address };

export const LeCreateConnection = commandWithStatus(0x200d, [26, 4], {
  scanInterval: u16({ min: 0x0004, max: 0x4000 }),
  scanWindow: u16({ min: 0x0004, max: 0x4000 }),
  filterPolicy: u8({ max: 1 }),
  ...peer,
  ownAddressType,
  ...connectionParameters,
});
export const LeCreateConnectionCancel = command(0x200e, [26, 5], {});

/** Bits of Scanning_PHYs and Initiating_PHYs. */
export const PhyBit = { le1M: 0b001, le2M: 0b010, coded: 0b100 } as const;

const phyCount = ({ phys }: Before): number =>
  [1, 2, 4].filter((bit) => (Number(phys) & bit) !== 0).length;

export const LeSetExtendedScanParameters = command(0x2041, [37, 5], {
  ownAddressType,
  filterPolicy: u8({ max: 3 }),
  phys: u8({ min: 1, max: 0b101 }),
  scans: listByCount(2, phyCount, {
    type: u8({ max: 1 }),
    interval: u16({ min: 0x0004 }),
    window: u16({ min: 0x0004 }),
  }),
});
/** Duplicates 2: reported once in each period. Durations in units of 10 ms, periods of 1.28 s. */
export const LeSetExtendedScanEnable = command(0x2042, [37, 6], {
  enable,
  filterDuplicates: filterDuplicates(2),
  duration: u16(),
  period: u16(),
});

/** [v1]. */
export const LeExtendedCreateConnection = commandWithStatus(0x2043, [37, 7], {
  filterPolicy: u8({ max: 1 }),
  ownAddressType,
  ...peer,
  phys: u8({ min: 1, max: 0b111 }),
  links: listByCount(3, phyCount, {
    scanInterval: u16({ min: 0x0004 }),
    scanWindow: u16({ min: 0x0004 }),
    ...connectionParameters,
  }),
});
