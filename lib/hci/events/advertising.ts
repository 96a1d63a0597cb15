import { as, bytes, counted, i8, u16, u8 } from '../fields.js';
import { countedList } from '../lists.js';
import { leEvent } from '../packet.js';
import { status, untoldHandle } from '../shared.js';

/** Events about advertising and scanning (Vol 4 Part E 7.7.65). */

const from = { addressType: u8(), address: bytes(6) };

/** Types 0 ADV_IND, 1 ADV_DIRECT_IND, 2 ADV_SCAN_IND, 3 ADV_NONCONN_IND, 4 SCAN_RSP (7.7.65.2). */
export const LeAdvertisingReport = leEvent(0x02, {
  reports: countedList({ type: u8({ max: 4 }), ...from, data: counted(31), rssi: i8() }),
});
/** Of what is directed at a private address that may be this device's (7.7.65.11). */
export const LeDirectedAdvertisingReport = leEvent(0x0b, {
  reports: countedList({
    type: u8({ min: 1, max: 1 }),
    ...from,
    targetType: u8(),
    target: bytes(6),
    rssi: i8(),
  }),
});

/** Most bytes of data that fit in one report. */
export const MAX_REPORT_DATA = 229;

/** Bits of the event type beside those of AdvertisingBit (7.7.65.13). */
export const ReportBit = {
  directed: 0b0000100,
  scanResponse: 0b0001000,
  /** Of the data, more comes in the next report. */
  incomplete: 0b0100000,
  /** Of the data, no more will come. */
  truncated: 0b1000000,
} as const;

/** SID 0xff, TX power 127: there is none. */
export const LeExtendedAdvertisingReport = leEvent(0x0d, {
  reports: countedList({
    type: u16({ max: 0x7f }),
    ...from,
    primaryPhy: u8(),
    secondaryPhy: u8(),
    sid: u8(),
    txPower: i8(),
    rssi: i8(),
    periodicInterval: u16(),
    targetType: u8(),
    target: bytes(6),
    data: counted(MAX_REPORT_DATA),
  }),
});
export const LeScanTimeout = leEvent(0x11, {});

const set = as('set', u8({ max: 0xef }));

export const LeAdvertisingSetTerminated = leEvent(0x12, {
  status,
  set,
  handle: untoldHandle,
  events: u8(),
});
export const LeScanRequestReceived = leEvent(0x13, { set: u8({ max: 0xef }), ...from });
