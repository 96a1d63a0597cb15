import { CommandComplete, CommandStatus } from '../../lib/hci/events/general.js';
import { eventOf } from '../../lib/hci/events/index.js';
import { LE_META } from '../../lib/hci/packet.js';
import { PacketError } from '../../lib/hci/reader.js';
import { statusName } from '../../lib/hci/status.js';
import { readAdvertisingData, describeAdvertisingData } from './advertising-data.js';
import { describeBytes } from './described.js';
import type { Fields } from './fields.js';
import { leEventOf } from './link-events.js';
import { commandName, commandOf, eventName, leEventName } from './names.js';
import { reports } from './reports.js';

interface DescribedEvent {
  readonly name: string;
  readonly fields: Fields;
}

/** An event after its code and length: its name and the fields that matter. @throws PacketError */
export const describeEventPacket = (code: number, parameters: Uint8Array): DescribedEvent => {
  if (code === LE_META) {
    const [subevent] = parameters;
    if (subevent === undefined) throw new PacketError('no subevent');
    return { name: leEventName(subevent), fields: leFields(subevent, parameters.subarray(1)) };
  }
  return { name: eventName(code), fields: fieldsOf(code, parameters) };
};

const fieldsOf = (code: number, parameters: Uint8Array): Fields => {
  switch (code) {
    case CommandComplete.code: {
      const { opcode, returned } = CommandComplete.parameters.read(parameters);
      const command = commandName(opcode);
      const [status] = returned;
      if (status === undefined) return { command };
      const declared = commandOf(opcode);
      if (declared === undefined) return { command, status: statusName(status) };
      return { command, ...describeBytes(declared.returned, returned) };
    }
    case CommandStatus.code: {
      const { status, opcode } = CommandStatus.parameters.read(parameters);
      return { command: commandName(opcode), status: statusName(status) };
    }
    default:
      return describeBytes(eventOf(code)?.parameters, parameters);
  }
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
