import { HCI_COMMANDS } from '../../lib/hci/commands/index.js';
import { CommandComplete, CommandStatus } from '../../lib/hci/events/general.js';
import { eventOf } from '../../lib/hci/events/index.js';
import { Layout } from '../../lib/hci/layout.js';
import { PacketType } from '../../lib/hci/constants.js';
import { LE_META } from '../../lib/hci/packet.js';
import type { HciCommand, Named } from '../../lib/hci/packet.js';
import { PacketError, parsed } from '../../lib/hci/reader.js';
import { status } from '../../lib/hci/shared.js';
import { hexNumber } from '../../lib/hci/text.js';
import { VENDOR_DECLARATIONS } from '../vendor.js';
import { readAdvertisingData, describeAdvertisingData } from './advertising-data.js';
import { describeBytes, describeBytesPart } from './described.js';
import type { Fields } from './fields.js';
import { leEventOf } from './link-events.js';
import { reports } from './reports.js';

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [PacketType.command, 'HCI command'],
  [PacketType.acl, 'ACL'],
  [PacketType.sco, 'SCO'],
  [PacketType.event, 'HCI event'],
  [PacketType.iso, 'ISO'],
]);

export const packetTypeName = (type: number | undefined): string =>
  type === undefined ? 'HCI packet' : (TYPE_NAMES.get(type) ?? `packet of type ${hexNumber(type)}`);

/** An H4 packet: its name, the fields that matter, and where it is a command or an event, which. */
export interface PacketContent {
  /** By its type byte; `other` also where it is malformed. */
  readonly packet: 'command' | 'event' | 'acl' | 'other';
  /** Opcode of a command, code of an event. */
  readonly code?: number;
  /** Of the command, event or PDU, as the Core Specification has it. */
  readonly name: string;
  /** What it says; values of attributes are lengths. */
  readonly fields: Fields;
}

export const commandOf = (opcode: number): Named<HciCommand> | undefined =>
  HCI_COMMANDS.get(opcode) ?? VENDOR_DECLARATIONS.get(opcode);

/** Names of commands and events, also of those that are not declared. */
export const commandName = (opcode: number): string =>
  commandOf(opcode)?.name ?? `Command ${hexNumber(opcode, 2)}`;

export const eventName = (code: number): string =>
  eventOf(code)?.name ?? `Event ${hexNumber(code)}`;

export const leEventName = (subevent: number): string =>
  eventOf(LE_META, subevent)?.name ?? `LE Event ${hexNumber(subevent)}`;

/** What is there of a packet whose end is missing. */
export const describeCutPacket = (packet: Uint8Array): PacketContent => {
  const [type] = packet;
  const whole = parsed(packet.subarray(1), (reader): PacketContent | undefined => {
    if (type === PacketType.command) {
      const code = reader.u16();
      const name = commandName(code);
      const parameters = reader.left === 0 ? EMPTY : reader.rest().subarray(1);
      const fields = describeBytesPart(commandOf(code)?.parameters, parameters);
      return { packet: 'command', code, name, fields };
    }
    if (type !== PacketType.event) return undefined;
    const code = reader.u8();
    const parameters = reader.left === 0 ? EMPTY : reader.rest().subarray(1);
    const [subevent] = code === LE_META ? parameters : [];
    const event =
      subevent === undefined
        ? {
            name: eventName(code),
            fields: describeBytesPart(eventOf(code)?.parameters, parameters),
          }
        : {
            name: leEventName(subevent),
            fields: describeBytesPart(leEventOf(subevent)?.parameters, parameters.subarray(1)),
          };
    return { packet: 'event', code, ...event };
  });
  return whole ?? otherPacket(packet);
};

/** Told by its type alone. */
export const otherPacket = (packet: Uint8Array): PacketContent => {
  const bytes = Math.max(0, packet.length - 1);
  return { packet: 'other', name: packetTypeName(packet[0]), fields: { bytes } };
};

const EMPTY = new Uint8Array(0);

/** An event after its code and length: its name and the fields that matter. @throws PacketError */
export const describeEventPacket = (
  code: number,
  parameters: Uint8Array,
): { readonly name: string; readonly fields: Fields } => {
  if (code !== LE_META) return { name: eventName(code), fields: fieldsOf(code, parameters) };
  const [subevent] = parameters;
  if (subevent === undefined) throw new PacketError('no subevent');
  return { name: leEventName(subevent), fields: leFields(subevent, parameters.subarray(1)) };
};

/** What every command returns, also one that is not declared. */
const RETURNED = new Layout({ status });

const fieldsOf = (code: number, parameters: Uint8Array): Fields => {
  const told = describeBytes(eventOf(code)?.parameters, parameters);
  if (code === CommandStatus.code) {
    const { opcode } = CommandStatus.parameters.read(parameters);
    return { command: commandName(opcode), ...told };
  }
  if (code !== CommandComplete.code) return told;
  const { opcode, returned } = CommandComplete.parameters.read(parameters);
  const layout = returned.length === 0 ? undefined : (commandOf(opcode)?.returned ?? RETURNED);
  return { command: commandName(opcode), ...describeBytes(layout, returned) };
};

const leFields = (subevent: number, parameters: Uint8Array): Fields => {
  const heard = reports(subevent, parameters);
  if (heard === undefined) return describeBytes(leEventOf(subevent)?.parameters, parameters);
  const [first, ...more] = heard;
  if (first === undefined) return {};
  const { address, rssiDbm, scanResponse, connectable, data } = first;
  return {
    address,
    rssiDbm,
    ...(scanResponse ? { scanResponse } : { connectable }),
    data: describeAdvertisingData(readAdvertisingData(data), (uuid) => uuid),
    ...(more.length === 0 ? {} : { others: more.length }),
  };
};
