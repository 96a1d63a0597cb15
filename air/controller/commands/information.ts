import * as information from '../../../lib/hci/commands/information.js';
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
  on(information.ReadLocalVersion, () => ok(LOCAL_VERSION)),
  on(information.ReadSupportedCommands, (c) => ok({ commands: c.supportedCommands() })),
  on(information.ReadLocalFeatures, () => ok({ features: LOCAL_FEATURES })),
  on(information.ReadBufferSize, ({ buffers: { length, count } }) =>
    ok({ aclLength: length, synchronousLength: 0, aclCount: count, synchronousCount: 0 }),
  ),
  on(information.ReadBdAddr, (c) => ok({ address: c.identity.public.bytes })),
  on(information.LeReadBufferSize, ({ buffers }) => ok(buffers)),
  on(information.LeReadLocalFeatures, (c) =>
    ok({ features: leLocalFeatures(c.offersExtendedAdvertising) }),
  ),
  on(information.LeReadSupportedStates, (c) => ok({ states: supportedStates(c.peripheralLinks) })),
];
