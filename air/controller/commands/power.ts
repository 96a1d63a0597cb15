import { Opcode, Status } from '../../../lib/hci/constants.js';
import { command, read } from './command.js';
import { readOfLink } from './links.js';

/** Current power of a link, or the most that it can have; they are the same here. */
const POWER_TYPES = 2;

/** Commands about signal strength. */
export const POWER_COMMANDS = [
  command(
    Opcode.readTransmitPower,
    [10, 2],
    3,
    (c, p) =>
      readOfLink(c, p, 1, (_, rest) =>
        rest.readUInt8(0) < POWER_TYPES
          ? Buffer.from([c.power.told(c.station.txPower) & 0xff])
          : Status.invalidParameters,
      ),
    { returns: 3 },
  ),
  command(
    Opcode.readRssi,
    [15, 5],
    2,
    (c, p) =>
      readOfLink(c, p, 1, (connection) =>
        Buffer.from([c.power.toldRssi(c.connections.rssi(connection)) & 0xff]),
      ),
    { returns: 3 },
  ),
  read(Opcode.leReadTransmitPower, [38, 7], 2, ({ power }) =>
    Buffer.from([power.range.min & 0xff, power.range.max & 0xff]),
  ),
  read(Opcode.leReadRfPathCompensation, [39, 0], 4, (c) => c.power.compensation),
  command(Opcode.leWriteRfPathCompensation, [39, 1], 4, (c, p) => c.power.setCompensation(p)),
];
