import { ADDRESS_COMMANDS } from './commands/addresses.js';
import { ADVERTISING_COMMANDS } from './commands/advertising.js';
import type { CommandHandler } from './commands/command.js';
import { HOST_CONTROL_COMMANDS } from './commands/host-control.js';
import { INFORMATION_COMMANDS } from './commands/information.js';
import { LINK_COMMANDS } from './commands/links.js';
import { LISTENING_COMMANDS } from './commands/listening.js';
import { POWER_COMMANDS } from './commands/power.js';
import { SECURITY_COMMANDS } from './commands/security.js';
import { VENDOR_COMMANDS } from './commands/vendor.js';
import { bitmap } from './informational.js';

/** Every command that a controller can know, by its opcode. */
export const COMMANDS: ReadonlyMap<number, CommandHandler> = new Map(
  [
    ...HOST_CONTROL_COMMANDS,
    ...INFORMATION_COMMANDS,
    ...ADDRESS_COMMANDS,
    ...ADVERTISING_COMMANDS,
    ...LISTENING_COMMANDS,
    ...LINK_COMMANDS,
    ...POWER_COMMANDS,
    ...SECURITY_COMMANDS,
    ...VENDOR_COMMANDS,
  ].map((command) => [command.declared.opcode, command]),
);

/** The same without those of extended advertising. */
export const LEGACY_COMMANDS: typeof COMMANDS = new Map(
  [...COMMANDS].filter(([, { family }]) => family !== 'extended'),
);

/** The 64-byte bitmap of Read Local Supported Commands. */
export const supportedBits = (commands: typeof COMMANDS): Uint8Array =>
  bitmap(
    64,
    [...commands.values()].flatMap(({ declared: { supported } }) =>
      supported === undefined ? [] : [supported[0] * 8 + supported[1]],
    ),
  );
