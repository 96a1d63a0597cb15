import {
  VendorSetDefaultPosition,
  VendorSetLabel,
  VendorSetPosition,
  VendorSetTxPower,
} from '../../vendor.js';
import { on, onValid } from './command.js';

/** Commands of our own, about the place of the controller on the air. */
export const VENDOR_COMMANDS = [
  on(VendorSetPosition, (c, { x, y }) => c.moveTo(x / 100, y / 100)),
  on(VendorSetDefaultPosition, (c, { x, y }) => {
    if (!c.recall()) c.moveTo(x / 100, y / 100);
  }),
  on(VendorSetLabel, (c, { label }) => {
    c.label = Buffer.from(label).toString('utf8');
  }),
  onValid(VendorSetTxPower, (c, { power }) => c.setTxPower(power)),
];
