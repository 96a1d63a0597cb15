import {
  HostBufferSize,
  HostCompletedPackets,
  LeSetEventMask,
  ReadLeHostSupport,
  Reset,
  SetEventMask,
  SetEventMaskPage2,
  SetHostFlowControl,
  WriteLeHostSupport,
} from '../../../lib/hci/commands/host-control.js';
import { Status } from '../../../lib/hci/constants.js';
import { ok } from '../outcome.js';
import { on } from './command.js';

/** Commands by which a host governs what it is told, and when. */
export const HOST_CONTROL_COMMANDS = [
  on(SetEventMask, (c, { mask }) => {
    c.host.setEventMask(mask);
    return Status.success;
  }),
  // No event of the second page is ever sent.
  on(SetEventMaskPage2, () => Status.success),
  on(LeSetEventMask, (c, { mask }) => {
    c.host.setLeEventMask(mask);
    return Status.success;
  }),
  on(Reset, (c) => {
    c.reset();
    return Status.success;
  }),
  on(ReadLeHostSupport, (c) => ok({ supported: c.leHostSupport ? 1 : 0, simultaneous: 0 })),
  on(WriteLeHostSupport, (c, p) => {
    if (!WriteLeHostSupport.parameters.allows(p)) return Status.invalidParameters;
    c.leHostSupport = p.supported === 1;
    return Status.success;
  }),
  on(SetHostFlowControl, ({ connections }, { enable }) =>
    connections.hostBuffers.setFlowControl(enable, connections.any),
  ),
  on(HostBufferSize, (c, p) => c.connections.hostBuffers.setSizes(p)),
  on(HostCompletedPackets, (c, { completed }) => c.connections.hostBuffers.completed(completed)),
];
