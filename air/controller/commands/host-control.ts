import { Opcode, Status } from '../../../lib/hci/constants.js';
import { command, read } from './command.js';

/** Commands by which a host governs what it is told, and when. */
export const HOST_CONTROL_COMMANDS = [
  command(Opcode.setEventMask, [5, 6], 8, (c, p) => {
    c.host.setEventMask(p);
    return Status.success;
  }),
  // No event of the second page is ever sent.
  command(Opcode.setEventMaskPage2, [22, 2], 8, () => Status.success),
  command(Opcode.leSetEventMask, [25, 0], 8, (c, p) => {
    c.host.setLeEventMask(p);
    return Status.success;
  }),
  command(Opcode.reset, [5, 7], 0, (c) => {
    c.reset();
    return Status.success;
  }),
  read(Opcode.readLeHostSupport, [24, 5], 2, (c) => Buffer.from([c.leHostSupport ? 1 : 0, 0])),
  // The second byte is ignored (Vol 4 Part E 7.3.79).
  command(Opcode.writeLeHostSupport, [24, 6], 2, (c, p) => {
    const supported = p.readUInt8(0);
    if (supported > 1) return Status.invalidParameters;
    c.leHostSupport = supported === 1;
    return Status.success;
  }),
  command(Opcode.setHostFlowControl, [10, 5], 1, ({ connections }, p) =>
    connections.hostBuffers.setFlowControl(p, connections.any),
  ),
  command(Opcode.hostBufferSize, [10, 6], 7, (c, p) => c.connections.hostBuffers.setSizes(p)),
  command(
    Opcode.hostCompletedPackets,
    [10, 7],
    255,
    (c, p) => c.connections.hostBuffers.completed(p),
    { minimum: 1, answer: 'failure' },
  ),
];
