import * as listening from '../../../lib/hci/commands/listening.js';
import { wantedExtendedLink, wantedLink } from '../initiating/create-parameters.js';
import { extendedScan, legacyScan } from '../scanning/scan-parameters.js';
import { ofFamily, on, onBytes, onValid } from './command.js';

/** Commands of both families by which a host scans and connects. */
export const LISTENING_COMMANDS = [
  ...ofFamily('legacy', [
    on(listening.LeSetScanParameters, (c, p) => c.scanner.setParameters(legacyScan(p))),
    onValid(listening.LeSetScanEnable, (c, p) =>
      c.scanner.setEnable({ ...p, duration: 0, period: 0 }),
    ),
    on(listening.LeCreateConnection, (c, p) => c.initiator.create(wantedLink(p))),
  ]),
  on(listening.LeCreateConnectionCancel, (c) => c.initiator.cancel()),
  ...ofFamily('extended', [
    onBytes(listening.LeSetExtendedScanParameters, (c, bytes) =>
      c.scanner.setParameters(extendedScan(bytes)),
    ),
    on(listening.LeSetExtendedScanEnable, (c, p) => c.scanner.setEnable(p)),
    onBytes(listening.LeExtendedCreateConnection, (c, bytes) =>
      c.initiator.create(wantedExtendedLink(bytes)),
    ),
  ]),
];
