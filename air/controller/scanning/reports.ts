import { LeEvent } from '../../../lib/hci/constants.js';
import { addressTypeByte } from '../../medium/pdu.js';
import type { AdvertisingPdu, DeviceAddress, ScanResponsePdu } from '../../medium/pdu.js';
import { peerTypeByte } from '../privacy/peer.js';
import type { Peer } from '../privacy/peer.js';

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

/** An LE Meta event. */
export interface Report {
  readonly subevent: number;
  readonly parameters: Buffer;
}

const ONE_REPORT = Buffer.from([1]);
const NO_ADDRESS = Buffer.alloc(6);

/** What a host gets that scans with legacy commands: one report to an event, as most controllers do. */
export const legacyReport = (sighting: Sighting): Report => {
  const { pdu, response, target, peer, rssi } = sighting;
  const from = address(peer);
  const strength = Buffer.from([rssi & 0xff]);
  if (target?.type === UNRESOLVED) {
    const to = [Buffer.from([addressTypeByte(target.address)]), target.address.bytes];
    const head = Buffer.from([LegacyType.directed]);
    const parameters = Buffer.concat([ONE_REPORT, head, from, ...to, strength]);
    return { subevent: LeEvent.directedAdvertisingReport, parameters };
  }
  const data = response?.data ?? pdu.data;
  const head = Buffer.from([response ? LegacyType.scanResponse : legacyType(pdu)]);
  return {
    subevent: LeEvent.advertisingReport,
    parameters: Buffer.concat([ONE_REPORT, head, from, Buffer.from([data.length]), data, strength]),
  };
};

/** Most bytes of data that fit in an LE Extended Advertising Report. */
const CHUNK = 229;

/** What a host gets that scans with extended commands: long data comes in several events. */
export const extendedReports = (sighting: Sighting): Report[] => {
  const data = sighting.response?.data ?? sighting.pdu.data;
  const chunks = Math.max(1, Math.ceil(data.length / CHUNK));
  return Array.from({ length: chunks }, (_, i) => ({
    subevent: LeEvent.extendedAdvertisingReport,
    parameters: Buffer.concat([
      ONE_REPORT,
      extendedReport(sighting, i < chunks - 1, data.subarray(i * CHUNK, (i + 1) * CHUNK)),
    ]),
  }));
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

/** Bits of the event type of an extended report (Vol 4 Part E 7.7.65.13). */
const ExtendedType = {
  connectable: 1 << 0,
  scannable: 1 << 1,
  directed: 1 << 2,
  scanResponse: 1 << 3,
  legacy: 1 << 4,
  moreToCome: 1 << 5,
} as const;

const extendedType = ({ pdu, response }: Sighting, moreToCome: boolean): number =>
  (pdu.connectable ? ExtendedType.connectable : 0) |
  (pdu.scannable ? ExtendedType.scannable : 0) |
  (pdu.target === undefined ? 0 : ExtendedType.directed) |
  (response === undefined ? 0 : ExtendedType.scanResponse) |
  (pdu.extended === undefined ? ExtendedType.legacy : 0) |
  (moreToCome ? ExtendedType.moreToCome : 0);

const LE_1M = 1;
const NO_SID = 0xff;
const NO_TX_POWER = 0x7f;

const extendedReport = (sighting: Sighting, moreToCome: boolean, data: Buffer): Buffer => {
  const { pdu, response, peer, target, rssi } = sighting;
  const header = response?.extended ?? pdu.extended;
  const type = Buffer.alloc(2);
  type.writeUInt16LE(extendedType(sighting, moreToCome), 0);
  return Buffer.concat([
    type,
    address(peer),
    Buffer.from([LE_1M, header?.secondaryPhy ?? 0, header?.sid ?? NO_SID]),
    Buffer.from([(header?.txPower ?? NO_TX_POWER) & 0xff, rssi & 0xff]),
    // No periodic advertising.
    Buffer.alloc(2),
    Buffer.from([target?.type ?? 0]),
    target?.address.bytes ?? NO_ADDRESS,
    Buffer.from([data.length]),
    data,
  ]);
};

const ANONYMOUS = 0xff;

/** Type (1 byte) and address (6). */
const address = (peer: Peer | undefined): Buffer =>
  peer === undefined
    ? Buffer.concat([Buffer.from([ANONYMOUS]), NO_ADDRESS])
    : Buffer.concat([Buffer.from([peerTypeByte(peer)]), peer.address.bytes]);
