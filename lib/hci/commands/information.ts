import { bytes, u16, u8 } from '../fields.js';
import { read } from '../packet.js';
import { address, linkVersion } from '../shared.js';

/** Commands that ask what the controller is (Vol 4 Part E 7.4, 7.8.2, 7.8.3 and 7.8.27). */

export const ReadLocalVersion = read(0x1001, [14, 3], {
  hciVersion: u8(),
  hciSubversion: u16(),
  ...linkVersion,
});
export const ReadSupportedCommands = read(0x1002, [14, 4], { commands: bytes(64) });
export const ReadLocalFeatures = read(0x1003, [14, 5], { features: bytes(8) });
export const ReadBufferSize = read(0x1005, [14, 7], {
  aclLength: u16(),
  synchronousLength: u8(),
  aclCount: u16(),
  synchronousCount: u16(),
});
export const ReadBdAddr = read(0x1009, [15, 1], { address });
export const LeReadBufferSize = read(0x2002, [25, 1], { length: u16(), count: u8() });
export const LeReadLocalFeatures = read(0x2003, [25, 2], { features: bytes(8) });
export const LeReadSupportedStates = read(0x201c, [28, 3], { states: bytes(8) });
