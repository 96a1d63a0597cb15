import { AdvertisingBit, MAX_ADVERTISING_DATA } from '../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeExtendedAdvertisingReport,
  ReportBit,
} from '../../lib/hci/events/advertising.js';
import { addressText } from '../../lib/hci/text.js';
import { concat } from '../../lib/platform/bytes.js';
import { keepLatest } from '../keep-latest.js';

/** Advertising reports (Vol 4 Part E 7.7.65.2 and 7.7.65.13). */

export interface DecodedReport {
  readonly address: string;
  readonly scanResponse: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly extended: boolean;
  /** Advertising set identifier; of extended advertising. */
  readonly sid?: number | undefined;
  readonly rssiDbm: number;
  readonly data: Uint8Array;
  /** More of the data comes in the next report. */
  readonly incomplete: boolean;
}

const { connectable: CONNECTABLE, scannable: SCANNABLE, legacy: LEGACY } = AdvertisingBit;
const { scanResponse: SCAN_RESPONSE, incomplete: INCOMPLETE, truncated: TRUNCATED } = ReportBit;

/** Legacy event types: ADV_IND, ADV_DIRECT_IND, ADV_SCAN_IND, ADV_NONCONN_IND, SCAN_RSP. */
const LEGACY_TYPES: readonly number[] = [
  CONNECTABLE | SCANNABLE,
  CONNECTABLE,
  SCANNABLE,
  0,
  SCAN_RESPONSE,
];

/** After the subevent code; undefined for other subevents. @throws PacketError */
export const reports = (subevent: number, parameters: Uint8Array): DecodedReport[] | undefined => {
  if (subevent === LeAdvertisingReport.subevent) {
    const heard = LeAdvertisingReport.parameters.read(parameters).reports;
    return heard.map((report) => decoded(report, (LEGACY_TYPES[report.type] ?? 0) | LEGACY));
  }
  if (subevent !== LeExtendedAdvertisingReport.subevent) return undefined;
  const heard = LeExtendedAdvertisingReport.parameters.read(parameters).reports;
  return heard.map((report) => decoded(report, report.type));
};

/** What both kinds of reports have. */
interface Heard {
  readonly address: Uint8Array;
  readonly sid?: number;
  readonly rssi: number;
  readonly data: Uint8Array;
}

const decoded = ({ address, sid, rssi, data }: Heard, type: number): DecodedReport => {
  const extended = (type & LEGACY) === 0;
  return {
    address: addressText(address),
    scanResponse: (type & SCAN_RESPONSE) !== 0,
    connectable: (type & CONNECTABLE) !== 0,
    scannable: (type & SCANNABLE) !== 0,
    extended,
    ...(extended && { sid }),
    rssiDbm: rssi,
    data,
    incomplete: (type & (INCOMPLETE | TRUNCATED)) === INCOMPLETE,
  };
};

/** Which advertisement a report is about. */
export const reportKey = ({ address, sid }: DecodedReport): string =>
  sid === undefined ? address : `${address}/${String(sid)}`;

/** Advertisements that come in several reports, at one time. */
const MAX_PARTIAL = 64;

/** Puts the reports of long data together (7.7.65.13). */
export class ReportAssembler {
  readonly #partial = new Map<string, Uint8Array>();

  /** @param controller that gives the report */
  push(controller: number, report: DecodedReport): DecodedReport | undefined {
    const key = [controller, reportKey(report), report.scanResponse].join(' ');
    const before = this.#partial.get(key);
    this.#partial.delete(key);
    const data =
      before === undefined
        ? report.data
        : concat(before, report.data).subarray(0, MAX_ADVERTISING_DATA);
    if (!report.incomplete) return { ...report, data };
    keepLatest(this.#partial, key, data, MAX_PARTIAL);
    return undefined;
  }
}
