import { Status } from '../../../lib/hci/constants.js';
import { MAX_LABEL_BYTES, TX_POWER_RANGE, VendorOpcode } from '../../vendor.js';
import { command } from './command.js';

/** Commands of our own, about the place of the controller on the air. */
export const VENDOR_COMMANDS = [
  command(VendorOpcode.setPosition, undefined, 8, (c, p) => {
    c.moveTo(p.readInt32LE(0) / 100, p.readInt32LE(4) / 100);
    return Status.success;
  }),
  command(VendorOpcode.setDefaultPosition, undefined, 8, (c, p) => {
    if (!c.recall()) c.moveTo(p.readInt32LE(0) / 100, p.readInt32LE(4) / 100);
    return Status.success;
  }),
  command(
    VendorOpcode.setLabel,
    undefined,
    MAX_LABEL_BYTES,
    (c, p) => {
      c.label = p.toString('utf8');
      return Status.success;
    },
    { minimum: 1 },
  ),
  command(VendorOpcode.setTxPower, undefined, 1, (c, p) => {
    const dbm = p.readInt8(0);
    if (dbm < TX_POWER_RANGE.min || dbm > TX_POWER_RANGE.max) return Status.invalidParameters;
    c.setTxPower(dbm);
    return Status.success;
  }),
];
