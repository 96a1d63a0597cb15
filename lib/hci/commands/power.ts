import { as, i16, i8, u8 } from '../fields.js';
import { command, read } from '../packet.js';
import { handle, untoldHandle } from '../shared.js';

/** Commands about signal strength, dBm (Vol 4 Part E 7.3.35, 7.5.4 and 7.8.74 to 7.8.76). */

/** Kind 0: the power of the link now, 1: the most that it can have (7.3.35). */
export const ReadTransmitPower = command(
  0x0c2d,
  [10, 2],
  { handle: untoldHandle, kind: u8({ max: 1 }) },
  { handle: untoldHandle, power: i8() },
);
export const ReadRssi = command(0x1405, [15, 5], { handle }, { handle, rssi: as('rssiDbm', i8()) });
export const LeReadTransmitPower = read(0x204b, [38, 7], { min: i8(), max: i8() });

/** Tenths of a dB, either way. */
const compensation = { tx: i16({ min: -1280, max: 1280 }), rx: i16({ min: -1280, max: 1280 }) };

export const LeReadRfPathCompensation = read(0x204c, [39, 0], compensation);
export const LeWriteRfPathCompensation = command(0x204d, [39, 1], compensation);
