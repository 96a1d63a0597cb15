import { Opcode } from '../../../lib/hci/constants.js';
import {
  bufferSize,
  leBufferSize,
  leLocalFeatures,
  localFeatures,
  localVersion,
  supportedStates,
} from '../informational.js';
import { read } from './command.js';

/** Commands that ask what the controller is. */
export const INFORMATION_COMMANDS = [
  read(Opcode.readLocalVersion, [14, 3], 8, () => localVersion()),
  read(Opcode.readSupportedCommands, [14, 4], 64, (c) => c.supportedCommands()),
  read(Opcode.readLocalFeatures, [14, 5], 8, () => localFeatures()),
  read(Opcode.readBufferSize, [14, 7], 7, (c) => bufferSize(c.buffers)),
  read(Opcode.readBdAddr, [15, 1], 6, (c) => c.identity.public.bytes),
  read(Opcode.leReadBufferSize, [25, 1], 3, (c) => leBufferSize(c.buffers)),
  read(Opcode.leReadLocalFeatures, [25, 2], 8, (c) => leLocalFeatures(c.offersExtendedAdvertising)),
  read(Opcode.leReadSupportedStates, [28, 3], 8, (c) => supportedStates(c.peripheralLinks)),
];
