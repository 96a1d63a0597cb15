import {
  LeSetExtendedScanParameters,
  LeSetScanParameters,
  PhyBit,
} from '../../../lib/hci/commands/listening.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
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

/** Interval and window in units of 0.625 ms; undefined where they do not suit each other. */
export const windowOf = (interval: number, window: number): ScanWindow | undefined =>
  window < SHORTEST || window > interval
    ? undefined
    : { intervalMs: interval * 0.625, windowMs: window * 0.625 };

/** 2.5 ms. */
const SHORTEST = 0x0004;

/** LE Set Scan Parameters; an error code for bad ones. */
export const legacyScan = (
  p: ParametersOf<typeof LeSetScanParameters>,
): ScanParameters | number => {
  const window = windowOf(p.interval, p.window);
  if (window === undefined || !LeSetScanParameters.parameters.allows(p)) {
    return Status.invalidParameters;
  }
  const { type, ownAddressType, filterPolicy } = p;
  return { extended: false, active: type === 1, ownAddressType, filterPolicy, window };
};

/** LE Set Extended Scan Parameters, 3 bytes or more; an error code for bad ones. */
export const extendedScan = (bytes: Uint8Array): ScanParameters | number => {
  const { parameters } = LeSetExtendedScanParameters;
  const { ownAddressType, filterPolicy, phys } = parameters.head(bytes);
  if (ownAddressType > 3 || filterPolicy > 3 || phys === 0) return Status.invalidParameters;
  // Of the PHYs for primary channels the coded one is not offered.
  if (phys !== PhyBit.le1M) return Status.unsupportedFeature;
  const scan = parameters.exact(bytes)?.scans[0];
  const window = scan && windowOf(scan.interval, scan.window);
  if (window === undefined || scan === undefined || scan.type > 1) return Status.invalidParameters;
  return { extended: true, active: scan.type === 1, ownAddressType, filterPolicy, window };
};
