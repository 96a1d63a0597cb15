import { LEGACY_PROPERTIES } from '../../../lib/hci/commands/advertising.js';
import type { LeSetExtendedAdvertisingParameters } from '../../../lib/hci/commands/extended-advertising.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { PowerRange } from '../power.js';
import { commonParameters, eventType } from './set-parameters.js';
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
  const { txPower, sid, notifyScanRequests: notify } = p;
  if (txPower !== NO_PREFERENCE && (txPower < -127 || txPower > 20)) {
    return Status.invalidParameters;
  }
  if (sid > 0x0f || notify > 1) return Status.invalidParameters;
  const parameters = commonParameters(type, p, Infinity);
  if (typeof parameters === 'number') return parameters;
  const secondaryPhy = secondaryPhyOf(p.primaryPhy, p.secondaryPhy, type.legacyPdus);
  if (typeof secondaryPhy === 'object') return secondaryPhy.status;
  return {
    ...parameters,
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
