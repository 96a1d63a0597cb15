import { AdvertisingBit } from '../../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeDirectedAdvertisingReport,
  LeExtendedAdvertisingReport,
  MAX_REPORT_DATA,
  ReportBit,
} from '../../../lib/hci/events/advertising.js';
import { keepLatest } from '../../keep-latest.js';
import { addressTypeByte, formatAddress } from '../../medium/pdu.js';
import type { AdvertisingPdu, DeviceAddress, ScanResponsePdu } from '../../medium/pdu.js';
import type { HostPort } from '../host-port.js';
import { peerTypeByte } from '../privacy/resolving-list.js';
import type { Peer } from '../privacy/resolving-list.js';

/** The device that directed advertising is for. */
export interface Target {
  /** As Peer's in HCI; UNRESOLVED for a private address that may be this device's. */
  readonly type: number;
  readonly address: DeviceAddress;
}

export const UNRESOLVED = 0xfe;

/** An advertising PDU that a host is told of, or the answer to a scan request for it. */
export interface Sighting {
  readonly pdu: AdvertisingPdu;
  /** Undefined: anonymous. */
  readonly peer: Peer | undefined;
  readonly target: Target | undefined;
  readonly response?: ScanResponsePdu;
  /** dBm. */
  readonly rssi: number;
}

const NO_ADDRESS = new Uint8Array(6);

/** Tells a host that scans with legacy commands: one report to an event, as most controllers do. */
export const reportLegacy = (host: HostPort, sighting: Sighting): void => {
  const { pdu, response, target, rssi } = sighting;
  const from = advertiser(sighting);
  if (target?.type === UNRESOLVED) {
    const to = { targetType: addressTypeByte(target.address), target: target.address.bytes };
    const report = { type: LegacyType.directed, ...from, ...to, rssi };
    host.event(LeDirectedAdvertisingReport, { reports: [report] });
    return;
  }
  const type = response ? LegacyType.scanResponse : legacyType(pdu);
  const { data } = response ?? pdu;
  host.event(LeAdvertisingReport, { reports: [{ type, ...from, data, rssi }] });
};

/** Tells a host that scans with extended commands: long data comes in several events. */
export const reportExtended = (host: HostPort, sighting: Sighting): void => {
  const { pdu, response, target, rssi } = sighting;
  const { data } = response ?? pdu;
  const header = response?.extended ?? pdu.extended;
  const report = {
    ...advertiser(sighting),
    primaryPhy: LE_1M,
    secondaryPhy: header?.secondaryPhy ?? 0,
    sid: header?.sid ?? NO_SID,
    txPower: header?.txPower ?? NO_TX_POWER,
    rssi,
    // No periodic advertising.
    periodicInterval: 0,
    targetType: target?.type ?? 0,
    target: target?.address.bytes ?? NO_ADDRESS,
  };
  for (let at = 0; at === 0 || at < data.length; at += MAX_REPORT_DATA) {
    const end = at + MAX_REPORT_DATA;
    const type = extendedType(sighting, end < data.length);
    host.event(LeExtendedAdvertisingReport, {
      reports: [{ ...report, type, data: data.subarray(at, end) }],
    });
  }
};

/** Event types of a legacy report (Vol 4 Part E 7.7.65.2). */
const LegacyType = {
  connectable: 0x00,
  directed: 0x01,
  scannable: 0x02,
  nonConnectable: 0x03,
  scanResponse: 0x04,
} as const;

const legacyType = ({ target, connectable, scannable }: AdvertisingPdu): number => {
  if (target !== undefined) return LegacyType.directed;
  if (connectable) return LegacyType.connectable;
  return scannable ? LegacyType.scannable : LegacyType.nonConnectable;
};

const extendedType = ({ pdu, response }: Sighting, moreToCome: boolean): number =>
  (pdu.connectable ? AdvertisingBit.connectable : 0) |
  (pdu.scannable ? AdvertisingBit.scannable : 0) |
  (pdu.target === undefined ? 0 : ReportBit.directed) |
  (response === undefined ? 0 : ReportBit.scanResponse) |
  (pdu.extended === undefined ? AdvertisingBit.legacy : 0) |
  (moreToCome ? ReportBit.incomplete : 0);

const LE_1M = 1;
const NO_SID = 0xff;
const NO_TX_POWER = 0x7f;

const ANONYMOUS = 0xff;

const advertiser = ({ peer }: Sighting) =>
  peer === undefined
    ? { addressType: ANONYMOUS, address: NO_ADDRESS }
    : { addressType: peerTypeByte(peer), address: peer.address.bytes };

/** As many as are remembered: private addresses come and go, and a stranger may make up any number. */
const CAPACITY = 1024;

/**
 * Tells reports that a host has had already. Duplicates are told by address and kind; their data does not
 * count (Vol 4 Part E 7.8.11), unless an extended PDU says with its identifiers that it is other data.
 */
export class DuplicateFilter {
  readonly #reported = new Map<string, true>();

  /** True the first time. */
  admit(sighting: Sighting): boolean {
    const key = keyOf(sighting);
    if (this.#reported.has(key)) return false;
    return keepLatest(this.#reported, key, true, CAPACITY);
  }

  clear(): void {
    this.#reported.clear();
  }
}

const keyOf = ({ pdu, peer, response }: Sighting): string => {
  const address = peer && `${peer.address.type}/${formatAddress(peer.address)}`;
  const { sid, did } = response?.extended ?? pdu.extended ?? {};
  return [address, response !== undefined, sid, did].map(String).join('/');
};
