import {
  VendorSetDefaultPosition,
  VendorSetLabel,
  VendorSetPeripheralLinks,
  VendorSetPosition,
  VendorSetTxPower,
} from '../../vendor.js';
import { on, onValid } from './command.js';

/** Commands of our own, about the place of the controller on the air, and what it can do there. */
export const VENDOR_COMMANDS = [
  on(VendorSetPosition, (c, { x, y }) => c.moveTo(x / 100, y / 100)),
  on(VendorSetDefaultPosition, (c, { x, y }) => {
    if (!c.recall()) c.moveTo(x / 100, y / 100);
  }),
  on(VendorSetLabel, (c, { label }) => {
    c.label = Buffer.from(label).toString('utf8');
  }),
  onValid(VendorSetPeripheralLinks, (c, { links }) => {
    c.peripheralLinks = links;
  }),
  onValid(VendorSetTxPower, (c, { power }) => c.setTxPower(power)),
];
