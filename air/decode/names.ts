import { HCI_COMMANDS } from '../../lib/hci/commands/index.js';
import { eventOf } from '../../lib/hci/events/index.js';
import { LE_META } from '../../lib/hci/packet.js';
import type { HciCommand, Named } from '../../lib/hci/packet.js';
import { hexNumber } from '../../lib/hci/text.js';
import { VENDOR_DECLARATIONS } from '../vendor.js';

/** Names of commands and events, also of those that are not declared. */

export const commandOf = (opcode: number): Named<HciCommand> | undefined =>
  HCI_COMMANDS.get(opcode) ?? VENDOR_DECLARATIONS.get(opcode);

export const commandName = (opcode: number): string =>
  commandOf(opcode)?.name ?? `Command ${hexNumber(opcode, 2)}`;

export const eventName = (code: number): string =>
  eventOf(code)?.name ?? `Event ${hexNumber(code)}`;

export const leEventName = (subevent: number): string =>
  eventOf(LE_META, subevent)?.name ?? `LE Event ${hexNumber(subevent)}`;
