import * as control from '../../../lib/hci/commands/host-control.js';
import { Status } from '../../../lib/hci/constants.js';
import { ok } from '../outcome.js';
import { on } from './command.js';

/** Commands by which a host governs what it is told, and when. */
export const HOST_CONTROL_COMMANDS = [
  on(control.SetEventMask, (c, { mask }) => {
    c.host.setEventMask(mask);
    return Status.success;
  }),
  // No event of the second page is ever sent.
  on(control.SetEventMaskPage2, () => Status.success),
  on(control.LeSetEventMask, (c, { mask }) => {
    c.host.setLeEventMask(mask);
    return Status.success;
  }),
  on(control.Reset, (c) => {
    c.reset();
    return Status.success;
  }),
  on(control.ReadLeHostSupport, (c) => ok({ supported: c.leHostSupport ? 1 : 0, simultaneous: 0 })),
  on(control.WriteLeHostSupport, (c, p) => {
    if (!control.WriteLeHostSupport.parameters.allows(p)) return Status.invalidParameters;
    c.leHostSupport = p.supported === 1;
    return Status.success;
  }),
  on(control.SetHostFlowControl, ({ connections }, { enable }) =>
    connections.hostBuffers.setFlowControl(enable, connections.any),
  ),
  on(control.HostBufferSize, (c, p) => c.connections.hostBuffers.setSizes(p)),
  on(control.HostCompletedPackets, (c, { completed }) =>
    c.connections.hostBuffers.completed(completed),
  ),
];
