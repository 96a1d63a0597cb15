import { Status } from '../../../lib/hci/constants.js';
import { parseAddress } from '../privacy/peer.js';
import type { PowerRange } from '../power.js';
import { HIGH_DUTY_INTERVAL_MS, validChannels } from './set-parameters.js';
import type { SetParameters } from './set-parameters.js';

/** Bits of Advertising_Event_Properties. */
const Property = {
  connectable: 1 << 0,
  scannable: 1 << 1,
  directed: 1 << 2,
  highDuty: 1 << 3,
  legacyPdus: 1 << 4,
  anonymous: 1 << 5,
  includeTxPower: 1 << 6,
} as const;
const PROPERTIES = 0x7f;

/** ADV_IND, ADV_DIRECT_IND (low and high duty cycle), ADV_SCAN_IND, ADV_NONCONN_IND. */
const LEGACY_TYPES: ReadonlySet<number> = new Set([0x13, 0x15, 0x1d, 0x12, 0x10]);

const NO_PREFERENCE = 127;

/** LE Set Extended Advertising Parameters after the handle, 24 bytes; an error code for bad ones. */
export const parseExtendedParameters = (p: Buffer, power: PowerRange): SetParameters | number => {
  const type = parseProperties(p.readUInt16LE(0));
  if (typeof type === 'number') return type;
  const minimum = p.readUIntLE(2, 3);
  const maximum = p.readUIntLE(5, 3);
  const ownAddressType = p.readUInt8(9);
  const peerType = p.readUInt8(10);
  const filterPolicy = p.readUInt8(17);
  const txPower = p.readInt8(18);
  const sid = p.readUInt8(22);
  const notify = p.readUInt8(23);
  if (!validChannels(p.readUInt8(8)) || ownAddressType > 3 || filterPolicy > 3) {
    return Status.invalidParameters;
  }
  if (peerType > 1 && (type.directed || ownAddressType > 1)) return Status.invalidParameters;
  if (txPower !== NO_PREFERENCE && (txPower < -127 || txPower > 20)) {
    return Status.invalidParameters;
  }
  if (sid > 0x0f || notify > 1) return Status.invalidParameters;
  if (!type.highDuty) {
    if (minimum > maximum) return Status.invalidParameters;
    if (minimum < 0x20) return Status.unsupportedFeature;
  }
  const secondaryPhy = parsePhys(p.readUInt8(19), p.readUInt8(21), type.legacyPdus);
  if (typeof secondaryPhy === 'object') return secondaryPhy.status;
  return {
    ...type,
    intervalMs: type.highDuty ? HIGH_DUTY_INTERVAL_MS : minimum * 0.625,
    ownAddressType,
    peer: parseAddress(p.subarray(10)),
    filterPolicy,
    ...(txPower !== NO_PREFERENCE && { txPower: clamp(txPower, power) }),
    secondaryPhy,
    sid,
    notifyScanRequests: notify === 1,
  };
};

type EventType = Pick<
  SetParameters,
  | 'legacyPdus'
  | 'connectable'
  | 'scannable'
  | 'directed'
  | 'highDuty'
  | 'anonymous'
  | 'includeTxPower'
>;

const parseProperties = (properties: number): EventType | number => {
  if ((properties & ~PROPERTIES) !== 0) return Status.unsupportedFeature;
  const has = (property: number): boolean => (properties & property) !== 0;
  const type = {
    legacyPdus: has(Property.legacyPdus),
    connectable: has(Property.connectable),
    scannable: has(Property.scannable),
    directed: has(Property.directed),
    highDuty: has(Property.highDuty),
    anonymous: has(Property.anonymous),
    includeTxPower: has(Property.includeTxPower),
  };
  const { connectable, scannable, highDuty, anonymous } = type;
  const valid = type.legacyPdus
    ? LEGACY_TYPES.has(properties)
    : !highDuty && !(connectable && scannable) && !(anonymous && (connectable || scannable));
  return valid ? type : Status.invalidParameters;
};

/** The secondary PHY. The coded PHY (3) is not offered; a second one is of no use to legacy PDUs. */
const parsePhys = (
  primary: number,
  secondary: number,
  legacyPdus: boolean,
): 1 | 2 | { readonly status: number } => {
  if (primary === 3 && !legacyPdus) return { status: Status.unsupportedFeature };
  if (primary !== 1) return { status: Status.invalidParameters };
  if (legacyPdus || secondary === 1) return 1;
  if (secondary === 2) return 2;
  return { status: secondary === 3 ? Status.unsupportedFeature : Status.invalidParameters };
};

const clamp = (dbm: number, { min, max }: PowerRange): number => Math.max(min, Math.min(max, dbm));
