import { LEGACY_PROPERTIES } from '../../../lib/hci/commands/advertising.js';
import type { LeSetExtendedAdvertisingParameters } from '../../../lib/hci/commands/extended-advertising.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { deviceAddress } from '../privacy/peer.js';
import type { PowerRange } from '../power.js';
import { eventType, HIGH_DUTY_INTERVAL_MS, validChannels } from './set-parameters.js';
import type { EventType, SetParameters } from './set-parameters.js';

const PROPERTIES = 0x7f;

const NO_PREFERENCE = 127;

/** What LE Set Extended Advertising Parameters asks for; an error code for bad ones. */
export const setParameters = (
  p: ParametersOf<typeof LeSetExtendedAdvertisingParameters>,
  power: PowerRange,
): SetParameters | number => {
  const type = checkedType(p.properties);
  if (typeof type === 'number') return type;
  const { intervalMin: minimum, intervalMax: maximum, ownAddressType, filterPolicy } = p;
  const { peerAddressType: peerType, txPower, sid, notifyScanRequests: notify } = p;
  if (!validChannels(p.channels) || ownAddressType > 3 || filterPolicy > 3) {
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
  const secondaryPhy = secondaryPhyOf(p.primaryPhy, p.secondaryPhy, type.legacyPdus);
  if (typeof secondaryPhy === 'object') return secondaryPhy.status;
  return {
    ...type,
    intervalMs: type.highDuty ? HIGH_DUTY_INTERVAL_MS : minimum * 0.625,
    ownAddressType,
    peer: deviceAddress(peerType, p.peerAddress),
    filterPolicy,
    ...(txPower !== NO_PREFERENCE && { txPower: clamp(txPower, power) }),
    secondaryPhy,
    sid,
    notifyScanRequests: notify === 1,
  };
};

const checkedType = (properties: number): EventType | number => {
  if ((properties & ~PROPERTIES) !== 0) return Status.unsupportedFeature;
  const type = eventType(properties);
  const { connectable, scannable, highDuty, anonymous } = type;
  const valid = type.legacyPdus
    ? LEGACY_PROPERTIES.includes(properties)
    : !highDuty && !(connectable && scannable) && !(anonymous && (connectable || scannable));
  return valid ? type : Status.invalidParameters;
};

/** The secondary PHY. The coded PHY (3) is not offered; a second one is of no use to legacy PDUs. */
const secondaryPhyOf = (
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
