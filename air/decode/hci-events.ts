import { EventCode, LeEvent, Opcode } from '../../lib/hci/constants.js';
import { advertisingData, describeAdvertisingData } from './advertising-data.js';
import { MAX_ITEMS } from './fields.js';
import type { Fields } from './fields.js';
import {
  connectionComplete,
  connectionUpdate,
  dataLengthChange,
  disconnection,
  encryptionChange,
  HANDLE_MASK,
  phyUpdate,
  wantedParameters,
} from './link-events.js';
import { commandName, eventName, hexNumber, leEventName, statusName } from './names.js';
import type { Reader } from './reader.js';
import { reports } from './reports.js';

export interface HciEvent {
  readonly name: string;
  readonly fields: Fields;
}

/** An event after its code and length: its name and the fields that matter. @throws Truncated */
export const hciEvent = (code: number, reader: Reader): HciEvent => {
  if (code === EventCode.leMeta) {
    const subevent = reader.u8();
    return { name: leEventName(subevent), fields: leFields(subevent, reader) };
  }
  return { name: eventName(code), fields: FIELDS.get(code)?.(reader) ?? {} };
};

const FIELDS: ReadonlyMap<number, (reader: Reader) => Fields> = new Map([
  [
    EventCode.commandComplete,
    (reader: Reader): Fields => {
      reader.u8(); // how many commands are allowed now
      const opcode = reader.u16();
      const command = commandName(opcode);
      if (reader.left === 0) return { command };
      return { command, status: statusName(reader.u8()), ...RETURNED.get(opcode)?.(reader) };
    },
  ],
  [
    EventCode.commandStatus,
    (reader: Reader): Fields => {
      const status = statusName(reader.u8());
      reader.u8();
      return { command: commandName(reader.u16()), status };
    },
  ],
  [EventCode.disconnectionComplete, (reader: Reader) => named(disconnection(reader))],
  [EventCode.encryptionChange, (reader: Reader) => named(encryptionChange(reader))],
  [EventCode.encryptionKeyRefreshComplete, (reader: Reader) => statusAndHandle(reader)],
  [EventCode.readRemoteVersionComplete, (reader: Reader) => statusAndHandle(reader)],
  [EventCode.hardwareError, (reader: Reader) => ({ code: hexNumber(reader.u8()) })],
  [
    EventCode.numberOfCompletedPackets,
    (reader: Reader): Fields => {
      const count = reader.u8();
      const completed = Array.from({ length: count }, () => {
        const handle = hexNumber(reader.u16() & HANDLE_MASK, 2);
        return `handle ${handle}: ${String(reader.u16())}`;
      });
      return { completed: completed.slice(0, MAX_ITEMS) };
    },
  ],
]);

/** Return parameters after a status of success; keys and random numbers are not among them. */
const RETURNED: ReadonlyMap<number, (reader: Reader) => Fields> = new Map([
  [Opcode.readBdAddr, (reader: Reader): Fields => ({ address: reader.address() })],
  [
    Opcode.readRssi,
    (reader: Reader): Fields => ({ handle: reader.u16() & HANDLE_MASK, rssiDbm: reader.i8() }),
  ],
]);

const leFields = (subevent: number, reader: Reader): Fields => {
  const heard = reports(subevent, reader);
  if (heard !== undefined) {
    const [first, ...more] = heard;
    if (first === undefined) return {};
    const { address, rssiDbm, scanResponse, connectable, data } = first;
    return {
      address,
      rssiDbm,
      ...(scanResponse ? { scanResponse } : { connectable }),
      data: describeAdvertisingData(advertisingData(data), (uuid) => uuid),
      ...(more.length === 0 ? {} : { others: more.length }),
    };
  }
  const connection = connectionComplete(subevent, reader);
  if (connection !== undefined) return named({ ...connection });
  switch (subevent) {
    case LeEvent.connectionUpdateComplete:
      return named({ ...connectionUpdate(reader) });
    case LeEvent.dataLengthChange:
      return dataLengthChange(reader);
    case LeEvent.phyUpdateComplete:
      return named({ ...phyUpdate(reader) });
    case LeEvent.remoteParameterRequest:
      return { handle: reader.u16() & HANDLE_MASK, ...wantedParameters(reader) };
    case LeEvent.advertisingSetTerminated:
      return { status: statusName(reader.u8()), set: reader.u8() };
    case LeEvent.longTermKeyRequest:
    case LeEvent.channelSelectionAlgorithm:
      return { handle: reader.u16() & HANDLE_MASK };
    case LeEvent.readRemoteFeaturesComplete:
      return statusAndHandle(reader);
    default:
      return {};
  }
};

const statusAndHandle = (reader: Reader): Fields => ({
  status: statusName(reader.u8()),
  handle: reader.u16() & HANDLE_MASK,
});

/** Statuses and reasons as people read them. */
const named = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' && (name === 'status' || name === 'reason')
        ? statusName(value)
        : value,
    ]),
  );
