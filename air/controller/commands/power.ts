import * as power from '../../../lib/hci/commands/power.js';
import { Status } from '../../../lib/hci/constants.js';
import { ok } from '../outcome.js';
import { on, onLink, onValid } from './command.js';

/** Commands about signal strength. */
export const POWER_COMMANDS = [
  // Current power of a link, or the most that it can have; they are the same here.
  onLink(power.ReadTransmitPower, ({ handle }, { kind }, { power, station }) =>
    kind <= 1 ? ok({ handle, power: power.told(station.txPower) }) : Status.invalidParameters,
  ),
  onLink(power.ReadRssi, (connection, { handle }, { connections, power }) =>
    ok({ handle, rssi: power.toldRssi(connections.rssi(connection)) }),
  ),
  on(power.LeReadTransmitPower, ({ power }) => ok(power.range)),
  on(power.LeReadRfPathCompensation, (c) => ok(c.power.compensation)),
  onValid(power.LeWriteRfPathCompensation, (c, p) => {
    c.power.compensation = p;
  }),
];
