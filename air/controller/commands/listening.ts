import {
  LeCreateConnection,
  LeCreateConnectionCancel,
  LeExtendedCreateConnection,
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../../../lib/hci/commands/listening.js';
import { on, onBytes } from './command.js';
import type { Command } from './command.js';

/** Commands of both families by which a host scans and connects. */
export const LISTENING_COMMANDS: readonly Command[] = [
  on(LeSetScanParameters, (c, p) => c.scanner.setParameters(p), 'legacy'),
  on(LeSetScanEnable, (c, p) => c.scanner.setEnable(p), 'legacy'),
  on(LeCreateConnection, (c, p) => c.initiator.create(p), 'legacy'),
  on(LeCreateConnectionCancel, (c) => c.initiator.cancel()),

  onBytes(
    LeSetExtendedScanParameters,
    (c, bytes) => c.scanner.setExtendedParameters(bytes),
    'extended',
  ),
  on(LeSetExtendedScanEnable, (c, p) => c.scanner.setExtendedEnable(p), 'extended'),
  onBytes(LeExtendedCreateConnection, (c, bytes) => c.initiator.createExtended(bytes), 'extended'),
];
