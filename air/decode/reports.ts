import { AdvertisingBit, LeEvent, MAX_ADVERTISING_DATA } from '../../lib/hci/constants.js';
import type { ByteReader } from './reader.js';

/** Advertising reports (Vol 4 Part E 7.7.65.2 and 7.7.65.13). */

export interface DecodedReport {
  readonly address: string;
  readonly scanResponse: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly extended: boolean;
  /** Advertising set identifier; of extended advertising. */
  readonly sid?: number;
  readonly rssiDbm: number;
  readonly data: Buffer;
  /** More of the data comes in the next report. */
  readonly incomplete: boolean;
}

const { connectable: CONNECTABLE, scannable: SCANNABLE, legacy: LEGACY } = AdvertisingBit;
/** More bits of the event type of an extended report. */
const SCAN_RESPONSE = 0b01000;
const DATA_STATUS = 0b1100000;
const INCOMPLETE = 0b0100000;

/** Legacy event types: ADV_IND, ADV_DIRECT_IND, ADV_SCAN_IND, ADV_NONCONN_IND, SCAN_RSP. */
const LEGACY_TYPES: readonly number[] = [
  CONNECTABLE | SCANNABLE,
  CONNECTABLE,
  SCANNABLE,
  0,
  SCAN_RESPONSE,
];

/** After the subevent code; undefined for other subevents. @throws Truncated */
export const reports = (subevent: number, reader: ByteReader): DecodedReport[] | undefined => {
  const extended = subevent === LeEvent.extendedAdvertisingReport;
  if (!extended && subevent !== LeEvent.advertisingReport) return undefined;
  return Array.from({ length: reader.u8() }, () =>
    extended ? extendedReport(reader) : legacyReport(reader),
  );
};

const legacyReport = (reader: ByteReader): DecodedReport => {
  const type = LEGACY_TYPES[reader.u8()] ?? 0;
  reader.u8(); // type of the address
  const address = reader.address();
  const data = reader.bytes(reader.u8());
  return { address, ...typeBits(type | LEGACY), rssiDbm: reader.i8(), data, incomplete: false };
};

const extendedReport = (reader: ByteReader): DecodedReport => {
  const type = reader.u16();
  reader.u8(); // type of the address
  const address = reader.address();
  reader.bytes(2); // PHYs
  const sid = reader.u8();
  reader.u8(); // TX power
  const rssiDbm = reader.i8();
  reader.bytes(2 + 1 + 6); // periodic advertising, whom it is for
  const data = reader.bytes(reader.u8());
  const incomplete = (type & DATA_STATUS) === INCOMPLETE;
  const bits = typeBits(type);
  return { address, ...bits, ...(bits.extended ? { sid } : {}), rssiDbm, data, incomplete };
};

/** Which advertisement a report is about. */
export const reportKey = ({ address, sid }: DecodedReport): string =>
  sid === undefined ? address : `${address}/${String(sid)}`;

/** Advertisements that come in several reports, at one time. */
const MAX_PARTIAL = 64;

/** Puts the reports of long data together (7.7.65.13). */
export class ReportAssembler {
  readonly #partial = new Map<string, Buffer>();

  /** @param controller that gives the report */
  push(controller: number, report: DecodedReport): DecodedReport | undefined {
    const key = [controller, reportKey(report), report.scanResponse].join(' ');
    const before = this.#partial.get(key);
    this.#partial.delete(key);
    const data =
      before === undefined
        ? report.data
        : Buffer.concat([before, report.data]).subarray(0, MAX_ADVERTISING_DATA);
    if (!report.incomplete) return { ...report, data };
    const [oldest] = this.#partial.keys();
    if (oldest !== undefined && this.#partial.size >= MAX_PARTIAL) this.#partial.delete(oldest);
    this.#partial.set(key, data);
    return undefined;
  }
}

const typeBits = (
  type: number,
): Pick<DecodedReport, 'scanResponse' | 'connectable' | 'scannable' | 'extended'> => ({
  scanResponse: (type & SCAN_RESPONSE) !== 0,
  connectable: (type & CONNECTABLE) !== 0,
  scannable: (type & SCANNABLE) !== 0,
  extended: (type & LEGACY) === 0,
});
