import * as power from '../../../lib/hci/commands/power.js';
import { Status } from '../../../lib/hci/constants.js';
import { ok } from '../outcome.js';
import { on, onValid } from './command.js';

/** Commands about signal strength. */
export const POWER_COMMANDS = [
  // Current power of a link, or the most that it can have; they are the same here.
  on(power.ReadTransmitPower, ({ connections, power, station }, p) =>
    connections.on(p.handle, () =>
      p.kind <= 1
        ? ok({ handle: p.handle, power: power.told(station.txPower) })
        : Status.invalidParameters,
    ),
  ),
  on(power.ReadRssi, ({ connections, power }, { handle }) =>
    connections.on(handle, (connection) =>
      ok({ handle, rssi: power.toldRssi(connections.rssi(connection)) }),
    ),
  ),
  on(power.LeReadTransmitPower, ({ power }) => ok(power.range)),
  on(power.LeReadRfPathCompensation, (c) => ok(c.power.compensation)),
  onValid(power.LeWriteRfPathCompensation, (c, p) => {
    c.power.compensation = p;
    return Status.success;
  }),
];
