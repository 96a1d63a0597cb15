import { Status } from '../../../lib/hci/constants.js';
import type { DeviceAddress, LinkParameters } from '../../medium/pdu.js';
import type { ScanWindow } from '../../medium/station.js';
import { parseParameterRange, shortest } from '../connection/link-parameters.js';
import { parseAddress } from '../privacy/peer.js';
import {
  LONGEST_EXTENDED_INTERVAL,
  LONGEST_LEGACY_INTERVAL,
  parseScanWindow,
  PhyBit,
} from '../scanning/scan-parameters.js';

/** The link that a host wants to have. */
export interface WantedLink {
  /** Wanted with the extended command, which connects to extended PDUs, too. */
  readonly extended: boolean;
  readonly window: ScanWindow;
  /** Undefined: anyone in the accept list. */
  readonly peer: DeviceAddress | undefined;
  readonly ownAddressType: number;
  readonly parameters: LinkParameters;
  /** Where the advertiser's secondary PHY is LE 2M (default: `parameters`). */
  readonly parameters2M?: LinkParameters;
}

/** LE Create Connection, 25 bytes; an error code for bad parameters. */
export const parseCreate = (p: Buffer): WantedLink | number => {
  const window = parseScanWindow(p, LONGEST_LEGACY_INTERVAL);
  const who = parseWho(p.readUInt8(4), p.readUInt8(12), p.subarray(5));
  const range = parseParameterRange(p.subarray(13));
  if (window === undefined || who === undefined || range === undefined) {
    return Status.invalidParameters;
  }
  return { extended: false, window, ...who, parameters: shortest(range) };
};

const PER_PHY = 16;

/** LE Extended Create Connection [v1], 10 bytes and 16 for each PHY; an error code for bad ones. */
export const parseExtendedCreate = (p: Buffer): WantedLink | number => {
  const who = parseWho(p.readUInt8(0), p.readUInt8(1), p.subarray(2));
  const phys = p.readUInt8(9);
  if (who === undefined) return Status.invalidParameters;
  if ((phys & ~(PhyBit.le1M | PhyBit.le2M)) !== 0) return Status.unsupportedFeature;
  // Nobody can be heard on LE 2M alone.
  if ((phys & PhyBit.le1M) === 0) return Status.invalidParameters;
  const has2M = (phys & PhyBit.le2M) !== 0;
  if (p.length !== 10 + PER_PHY * (has2M ? 2 : 1)) return Status.invalidParameters;
  const window = parseScanWindow(p.subarray(10), LONGEST_EXTENDED_INTERVAL);
  const range = parseParameterRange(p.subarray(14));
  const range2M = has2M ? parseParameterRange(p.subarray(14 + PER_PHY)) : range;
  if (window === undefined || range === undefined || range2M === undefined) {
    return Status.invalidParameters;
  }
  return {
    extended: true,
    window,
    ...who,
    parameters: shortest(range),
    parameters2M: shortest(range2M),
  };
};

/** `address`: type (0 to 3, of which the last two mean an identity) and address. */
const parseWho = (
  filterPolicy: number,
  ownAddressType: number,
  address: Buffer,
): Pick<WantedLink, 'peer' | 'ownAddressType'> | undefined => {
  if (filterPolicy > 1 || ownAddressType > 3) return undefined;
  if (filterPolicy === 1) return { peer: undefined, ownAddressType };
  return address.readUInt8(0) > 3 ? undefined : { peer: parseAddress(address), ownAddressType };
};
