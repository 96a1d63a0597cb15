import { HciCommand, named } from '../packet.js';
import type { Named } from '../packet.js';
import * as addresses from './addresses.js';
import * as advertising from './advertising.js';
import * as extended from './extended-advertising.js';
import * as control from './host-control.js';
import * as information from './information.js';
import * as links from './links.js';
import * as listening from './listening.js';
import * as power from './power.js';
import * as security from './security.js';

const COMMANDS = named(
  HciCommand,
  addresses,
  advertising,
  extended,
  control,
  information,
  links,
  listening,
  power,
  security,
);

/** Every command, by its opcode. */
export const HCI_COMMANDS: ReadonlyMap<number, Named<HciCommand>> = new Map(
  COMMANDS.map((command) => [command.opcode, command]),
);
