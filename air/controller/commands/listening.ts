import { Opcode } from '../../../lib/hci/constants.js';
import { command, extended, legacy, answersStatus } from './command.js';

/** Commands of both families by which a host scans and connects. */
export const LISTENING_COMMANDS = [
  command(Opcode.leSetScanParameters, [26, 2], 7, (c, p) => c.scanner.setParameters(p), legacy),
  command(Opcode.leSetScanEnable, [26, 3], 2, (c, p) => c.scanner.setEnable(p), legacy),
  command(Opcode.leCreateConnection, [26, 4], 25, (c, p) => c.initiator.create(p), {
    ...legacy,
    ...answersStatus,
  }),
  command(Opcode.leCreateConnectionCancel, [26, 5], 0, (c) => c.initiator.cancel()),

  command(
    Opcode.leSetExtendedScanParameters,
    [37, 5],
    3 + 2 * 5,
    (c, p) => c.scanner.setExtendedParameters(p),
    { ...extended, minimum: 3 },
  ),
  command(
    Opcode.leSetExtendedScanEnable,
    [37, 6],
    6,
    (c, p) => c.scanner.setExtendedEnable(p),
    extended,
  ),
  command(
    Opcode.leExtendedCreateConnection,
    [37, 7],
    10 + 3 * 16,
    (c, p) => c.initiator.createExtended(p),
    { ...extended, ...answersStatus, minimum: 10 },
  ),
];
