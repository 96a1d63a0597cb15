import { HciCommand } from '../packet.js';
import * as addresses from './addresses.js';
import * as advertising from './advertising.js';
import * as extendedAdvertising from './extended-advertising.js';
import * as hostControl from './host-control.js';
import * as information from './information.js';
import * as links from './links.js';
import * as listening from './listening.js';
import * as power from './power.js';
import * as security from './security.js';

const MODULES = [
  addresses,
  advertising,
  extendedAdvertising,
  hostControl,
  information,
  links,
  listening,
  power,
  security,
];

/** Every command, by its opcode. */
export const HCI_COMMANDS: ReadonlyMap<number, HciCommand> = new Map(
  MODULES.flatMap((module): unknown[] => Object.values(module))
    .filter((declared) => declared instanceof HciCommand)
    .map((command) => [command.opcode, command]),
);
