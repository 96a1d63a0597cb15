import * as control from '../../../lib/hci/commands/host-control.js';
import { ok } from '../outcome.js';
import { on, onValid } from './command.js';

/** Commands by which a host governs what it is told, and when. */
export const HOST_CONTROL_COMMANDS = [
  on(control.SetEventMask, (c, { mask }) => c.host.setEventMask(mask)),
  // No event of the second page is ever sent.
  on(control.SetEventMaskPage2, () => undefined),
  on(control.LeSetEventMask, (c, { mask }) => c.host.setLeEventMask(mask)),
  on(control.Reset, (c) => c.reset()),
  on(control.ReadLeHostSupport, (c) => ok({ supported: c.leHostSupport ? 1 : 0, simultaneous: 0 })),
  onValid(control.WriteLeHostSupport, (c, { supported }) => {
    c.leHostSupport = supported === 1;
  }),
  onValid(control.SetHostFlowControl, ({ connections }, { enable }) =>
    connections.hostBuffers.setFlowControl(enable, connections.all.length > 0),
  ),
  onValid(control.HostBufferSize, (c, p) => c.connections.hostBuffers.setSizes(p)),
  on(control.HostCompletedPackets, (c, { completed }) =>
    c.connections.hostBuffers.completed(completed),
  ),
];
