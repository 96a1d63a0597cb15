import {
  LeReadBufferSize,
  LeReadLocalFeatures,
  LeReadSupportedStates,
  ReadBdAddr,
  ReadBufferSize,
  ReadLocalFeatures,
  ReadLocalVersion,
  ReadSupportedCommands,
} from '../../../lib/hci/commands/information.js';
import {
  leLocalFeatures,
  LOCAL_FEATURES,
  LOCAL_VERSION,
  supportedStates,
} from '../informational.js';
import { ok } from '../outcome.js';
import { on } from './command.js';

/** Commands that ask what the controller is. */
export const INFORMATION_COMMANDS = [
  on(ReadLocalVersion, () => ok(LOCAL_VERSION)),
  on(ReadSupportedCommands, (c) => ok({ commands: c.supportedCommands() })),
  on(ReadLocalFeatures, () => ok({ features: LOCAL_FEATURES })),
  on(ReadBufferSize, ({ buffers: { length, count } }) =>
    ok({ aclLength: length, synchronousLength: 0, aclCount: count, synchronousCount: 0 }),
  ),
  on(ReadBdAddr, (c) => ok({ address: c.identity.public.bytes })),
  on(LeReadBufferSize, ({ buffers }) => ok(buffers)),
  on(LeReadLocalFeatures, (c) => ok({ features: leLocalFeatures(c.offersExtendedAdvertising) })),
  on(LeReadSupportedStates, (c) => ok({ states: supportedStates(c.peripheralLinks) })),
];
