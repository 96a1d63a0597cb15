import type { LeSetAdvertisingParameters } from '../../../lib/hci/commands/advertising.js';
import { MAX_ADVERTISING_DATA, Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { DeviceAddress } from '../../medium/pdu.js';
import { deviceAddress } from '../privacy/resolving-list.js';

/** What the bits of Advertising_Event_Properties say (Vol 4 Part E 7.8.53). */
export const eventType = (properties: number) => {
  const has = (bit: number): boolean => (properties & (1 << bit)) !== 0;
  return {
    connectable: has(0),
    scannable: has(1),
    /** For `peer` alone. */
    directed: has(2),
    /** An event every 3.75 ms, for 1.28 s at most. */
    highDuty: has(3),
    /** Legacy PDUs; extended ones otherwise. */
    legacyPdus: has(4),
    anonymous: has(5),
    includeTxPower: has(6),
  };
};

export type EventType = Readonly<ReturnType<typeof eventType>>;

interface CommonParameters extends EventType {
  readonly intervalMs: number;
  readonly ownAddressType: number;
  /** The target of directed advertising; its entry in the resolving list gives the private address. */
  readonly peer: DeviceAddress;
  /** Bit 0: scan requests only from the accept list; bit 1: connections only. */
  readonly filterPolicy: number;
}

/** What an advertising set does, whichever family of commands it was made with. */
export interface SetParameters extends CommonParameters {
  /** dBm (default: the station's). */
  readonly txPower?: number;
  /** 1: LE 1M, 2: LE 2M. */
  readonly secondaryPhy: 1 | 2;
  /** Advertising_SID, 0 to 15. */
  readonly sid: number;
  /** The host wants LE Scan Request Received events. */
  readonly notifyScanRequests: boolean;
}

const HIGH_DUTY_INTERVAL_MS = 3.75;
export const HIGH_DUTY_DURATION_MS = 1280;

const NOBODY: DeviceAddress = { type: 'public', bytes: new Uint8Array(6) };

const ADV_IND = 0x13;

/** Legacy advertising before its parameters are set (Vol 4 Part E 7.8.5). */
export const DEFAULT_PARAMETERS: SetParameters = {
  ...eventType(ADV_IND),
  intervalMs: 1280,
  ownAddressType: 0,
  peer: NOBODY,
  filterPolicy: 0,
  secondaryPhy: 1,
  sid: 0,
  notifyScanRequests: false,
};

/** True where PDUs of the type have room for advertising data. */
export const takesData = ({ legacyPdus, directed, scannable }: SetParameters): boolean =>
  legacyPdus ? !directed : !scannable;

/** An extended advertising PDU without its header flags, the AdvA and ADI fields (Vol 6 Part B 2.3.4). */
const CONNECTABLE_DATA = 245;

/** Most bytes of advertising data: connectable extended advertising is a single PDU, others are chains. */
export const dataCapacity = (parameters: SetParameters): number => {
  if (parameters.legacyPdus) return 31;
  if (!parameters.connectable) return MAX_ADVERTISING_DATA;
  return CONNECTABLE_DATA - (parameters.directed ? 6 : 0) - (parameters.includeTxPower ? 1 : 0);
};

/** The fields that both families of commands have; an error code for bad ones. @param longest interval */
export const commonParameters = (
  type: EventType,
  p: Omit<ParametersOf<typeof LeSetAdvertisingParameters>, 'type'>,
  longest: number,
): CommonParameters | number => {
  const { intervalMin, intervalMax, ownAddressType, peerAddressType, filterPolicy, channels } = p;
  if (channels < 1 || channels > 0b111 || ownAddressType > 3 || filterPolicy > 3) {
    return Status.invalidParameters;
  }
  if (peerAddressType > 1 && (type.directed || ownAddressType > 1)) return Status.invalidParameters;
  if (!type.highDuty) {
    if (intervalMin > intervalMax) return Status.invalidParameters;
    if (intervalMin < 0x20 || intervalMax > longest) return Status.unsupportedFeature;
  }
  const intervalMs = type.highDuty ? HIGH_DUTY_INTERVAL_MS : intervalMin * 0.625;
  const peer = deviceAddress(peerAddressType, p.peerAddress);
  return { ...type, intervalMs, ownAddressType, peer, filterPolicy };
};
