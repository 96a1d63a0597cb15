import { Status } from '../hci/constants.js';
import type { Medium } from '../medium/medium.js';
import {
  addressTypeByte,
  formatAddress,
  type AdvertisingPdu,
  type DeviceAddress,
  type ScanResponsePdu,
} from '../medium/pdu.js';
import type { ScanWindow, Station } from '../medium/station.js';
import type { AcceptList } from './accept-list.js';
import type { HostPort } from './host-port.js';
import type { Identity } from './identity.js';

/** Event types of an advertising report (Vol 4 Part E 7.7.65.2). */
const ReportType = {
  connectable: 0x00,
  scannable: 0x02,
  nonConnectable: 0x03,
  scanResponse: 0x04,
} as const;

interface Parameters {
  readonly active: boolean;
  readonly ownAddressType: number;
  readonly listOnly: boolean;
  readonly window: ScanWindow;
}

const DEFAULTS: Parameters = {
  active: false,
  ownAddressType: 0,
  listOnly: false,
  window: { intervalMs: 10, windowMs: 10 },
};

/** Legacy scanning (Vol 4 Part E 7.8.10 and 7.8.11). */
export class Scanner {
  #parameters = DEFAULTS;
  #enabled = false;
  #filterDuplicates = false;
  readonly #reported = new Set<string>();

  constructor(
    private readonly medium: Medium,
    private readonly station: Station,
    private readonly identity: Identity,
    private readonly host: HostPort,
    private readonly acceptList: AcceptList,
    /** Called when listening begins or ends. */
    private readonly changed: () => void,
  ) {}

  get enabled(): boolean {
    return this.#enabled;
  }

  /** When it listens: undefined while it does not. */
  get window(): ScanWindow | undefined {
    return this.#enabled ? this.#parameters.window : undefined;
  }

  get usesAcceptList(): boolean {
    return this.#enabled && this.#parameters.listOnly;
  }

  /** LE Set Scan Parameters, 7 bytes. */
  setParameters(p: Buffer): number {
    if (this.#enabled) return Status.commandDisallowed;
    const type = p.readUInt8(0);
    const interval = p.readUInt16LE(1);
    const window = p.readUInt16LE(3);
    const ownAddressType = p.readUInt8(5);
    const filterPolicy = p.readUInt8(6);
    if (type > 1 || ownAddressType > 3 || filterPolicy > 3) return Status.invalidParameters;
    if (!validScanWindow(interval, window)) return Status.invalidParameters;
    if (ownAddressType > 1 || filterPolicy > 1) return Status.unsupportedFeature;
    this.#parameters = {
      active: type === 1,
      ownAddressType,
      listOnly: filterPolicy === 1,
      window: scanWindow(interval, window),
    };
    return Status.success;
  }

  /** LE Set Scan Enable, 2 bytes. Enabling again begins with nothing reported. */
  setEnable(p: Buffer): number {
    const enable = p.readUInt8(0);
    const filterDuplicates = p.readUInt8(1);
    if (enable > 1 || filterDuplicates > 1) return Status.invalidParameters;
    if (enable === 1 && this.identity.own(this.#parameters.ownAddressType) === undefined) {
      return Status.invalidParameters;
    }
    this.#enabled = enable === 1;
    this.#filterDuplicates = filterDuplicates === 1;
    this.#reported.clear();
    this.changed();
    return Status.success;
  }

  heard(pdu: AdvertisingPdu, from: Station, rssi: number): void {
    const { advertiser } = pdu;
    if (!this.#enabled || advertiser === undefined || !this.#admits(advertiser)) return;
    this.#report(reportType(pdu), advertiser, pdu.data, rssi);
    const scanner = this.identity.own(this.#parameters.ownAddressType);
    if (this.#parameters.active && pdu.scannable && scanner !== undefined) {
      this.medium.send(this.station, from, { kind: 'scan-request', scanner, advertiser });
    }
  }

  answered(pdu: ScanResponsePdu, rssi: number): void {
    if (!this.#enabled || !this.#admits(pdu.advertiser)) return;
    this.#report(ReportType.scanResponse, pdu.advertiser, pdu.data, rssi);
  }

  reset(): void {
    this.#enabled = false;
    this.#parameters = DEFAULTS;
    this.#reported.clear();
    this.changed();
  }

  #admits(advertiser: DeviceAddress): boolean {
    return !this.#parameters.listOnly || this.acceptList.has(advertiser);
  }

  /** Duplicates are told by address and kind; their data does not count (Vol 4 Part E 7.8.11). */
  #report(type: number, address: DeviceAddress, data: Buffer, rssi: number): void {
    if (this.#filterDuplicates) {
      const scanResponse = type === ReportType.scanResponse;
      const key = `${formatAddress(address)}/${address.type}/${String(scanResponse)}`;
      if (this.#reported.has(key)) return;
      this.#reported.add(key);
    }
    this.host.advertisingReport(
      Buffer.concat([
        Buffer.from([type, addressTypeByte(address)]),
        address.bytes,
        Buffer.from([data.length]),
        data,
        Buffer.from([rssi & 0xff]),
      ]),
    );
  }
}

/** Interval and window in units of 0.625 ms: 2.5 ms to 10.24 s. */
export const validScanWindow = (interval: number, window: number): boolean =>
  window >= 0x0004 && window <= interval && interval <= 0x4000;

export const scanWindow = (interval: number, window: number): ScanWindow => ({
  intervalMs: interval * 0.625,
  windowMs: window * 0.625,
});

const reportType = (pdu: AdvertisingPdu): number => {
  if (pdu.connectable) return ReportType.connectable;
  return pdu.scannable ? ReportType.scannable : ReportType.nonConnectable;
};
