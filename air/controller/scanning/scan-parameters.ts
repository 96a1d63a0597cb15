import { Status } from '../../../lib/hci/constants.js';
import type { ScanWindow } from '../../medium/station.js';

export interface ScanParameters {
  /** Set with extended commands, which hear extended PDUs, too. */
  readonly extended: boolean;
  /** Asks for scan responses. */
  readonly active: boolean;
  readonly ownAddressType: number;
  /** Bit 0: the accept list only; bit 1: also what is directed at unresolvable private addresses. */
  readonly filterPolicy: number;
  readonly window: ScanWindow;
}

export const DEFAULT_SCAN: ScanParameters = {
  extended: false,
  active: false,
  ownAddressType: 0,
  filterPolicy: 0,
  window: { intervalMs: 10, windowMs: 10 },
};

/** Bits of Scanning_PHYs and Initiating_PHYs. */
export const PhyBit = { le1M: 0b001, le2M: 0b010, coded: 0b100 } as const;

/** Interval and window in units of 0.625 ms; 2.5 ms at least. */
export const parseScanWindow = (p: Buffer, longest: number): ScanWindow | undefined => {
  const interval = p.readUInt16LE(0);
  const window = p.readUInt16LE(2);
  if (window < 0x0004 || window > interval || interval > longest) return undefined;
  return { intervalMs: interval * 0.625, windowMs: window * 0.625 };
};

export const LONGEST_LEGACY_INTERVAL = 0x4000;
export const LONGEST_EXTENDED_INTERVAL = 0xffff;

/** LE Set Scan Parameters, 7 bytes; an error code for bad ones. */
export const parseLegacyScan = (p: Buffer): ScanParameters | number => {
  const type = p.readUInt8(0);
  const window = parseScanWindow(p.subarray(1), LONGEST_LEGACY_INTERVAL);
  const ownAddressType = p.readUInt8(5);
  const filterPolicy = p.readUInt8(6);
  if (type > 1 || ownAddressType > 3 || filterPolicy > 3 || window === undefined) {
    return Status.invalidParameters;
  }
  return { extended: false, active: type === 1, ownAddressType, filterPolicy, window };
};

/** LE Set Extended Scan Parameters, 3 bytes and 5 for each PHY; an error code for bad ones. */
export const parseExtendedScan = (p: Buffer): ScanParameters | number => {
  const ownAddressType = p.readUInt8(0);
  const filterPolicy = p.readUInt8(1);
  const phys = p.readUInt8(2);
  if (ownAddressType > 3 || filterPolicy > 3 || phys === 0) return Status.invalidParameters;
  // Of the PHYs for primary channels the coded one is not offered.
  if (phys !== PhyBit.le1M) return Status.unsupportedFeature;
  if (p.length !== 3 + 5) return Status.invalidParameters;
  const type = p.readUInt8(3);
  const window = parseScanWindow(p.subarray(4), LONGEST_EXTENDED_INTERVAL);
  if (type > 1 || window === undefined) return Status.invalidParameters;
  return { extended: true, active: type === 1, ownAddressType, filterPolicy, window };
};
