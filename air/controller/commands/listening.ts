import * as listening from '../../../lib/hci/commands/listening.js';
import { on, onBytes, onValid } from './command.js';
import type { CommandHandler } from './command.js';

/** Commands of both families by which a host scans and connects. */
export const LISTENING_COMMANDS: readonly CommandHandler[] = [
  on(listening.LeSetScanParameters, (c, p) => c.scanner.setParameters(p), 'legacy'),
  onValid(listening.LeSetScanEnable, (c, p) => c.scanner.setEnable(p), 'legacy'),
  on(listening.LeCreateConnection, (c, p) => c.initiator.create(p), 'legacy'),
  on(listening.LeCreateConnectionCancel, (c) => c.initiator.cancel()),

  onBytes(
    listening.LeSetExtendedScanParameters,
    (c, bytes) => c.scanner.setExtendedParameters(bytes),
    'extended',
  ),
  on(listening.LeSetExtendedScanEnable, (c, p) => c.scanner.setExtendedEnable(p), 'extended'),
  onBytes(
    listening.LeExtendedCreateConnection,
    (c, bytes) => c.initiator.createExtended(bytes),
    'extended',
  ),
];
