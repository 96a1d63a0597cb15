import { fromHex, utf8Prefix } from '../../lib/platform/bytes.js';
import { PacketType } from '../../lib/hci/constants.js';
import type { AirListener } from '../tap.js';
import { btsnoopHeader, Datalink, recordOf } from './btsnoop.js';
import type { Direction } from './btsnoop.js';
import type { CaptureSink } from './capturing.js';
import type { AirDevice, AirEvent } from './record.js';

/**
 * A whole air in one btsnoop file, in the format of the Linux monitor (datalink 2001): the flags of a
 * record are its controller's number << 16 and an opcode, and packets go without their H4 type byte.
 * Wireshark and btmon read it, and tell the controllers apart.
 */
export const MonitorOpcode = {
  newIndex: 0,
  deleteIndex: 1,
  command: 2,
  event: 3,
  aclSent: 4,
  aclReceived: 5,
  scoSent: 6,
  scoReceived: 7,
  openIndex: 8,
  closeIndex: 9,
  isoSent: 18,
  isoReceived: 19,
} as const;

/** By direction and H4 type. */
export const PACKET_OPCODES: Readonly<Record<Direction, ReadonlyMap<number, number>>> = {
  sent: new Map([
    [PacketType.command, MonitorOpcode.command],
    [PacketType.acl, MonitorOpcode.aclSent],
    [PacketType.sco, MonitorOpcode.scoSent],
    [PacketType.iso, MonitorOpcode.isoSent],
  ]),
  received: new Map([
    [PacketType.event, MonitorOpcode.event],
    [PacketType.acl, MonitorOpcode.aclReceived],
    [PacketType.sco, MonitorOpcode.scoReceived],
    [PacketType.iso, MonitorOpcode.isoReceived],
  ]),
};

/** Type of a controller in New Index: primary. */
const PRIMARY = 0;
/** Bus: virtual. */
const VIRTUAL = 0;
/** Of which the last one is zero. */
const NAME_BYTES = 8;
/** What the monitor takes for no controller. */
const NO_INDEX = 0xffff;
const NOTHING = Buffer.alloc(0);

/** The tap events of an air, as a file of the Linux monitor, whole records at a time. */
export const monitorCapture = (sink: CaptureSink): AirListener => {
  sink.write(btsnoopHeader(Datalink.monitor));
  const write = (index: number, opcode: number, data: Uint8Array, time: number): void => {
    sink.write(recordOf(data, (index % NO_INDEX) * 0x10000 + opcode, time));
  };
  return (event: AirEvent) => {
    switch (event.type) {
      case 'came':
        write(event.device.index, MonitorOpcode.newIndex, newIndex(event.device), event.time);
        write(event.device.index, MonitorOpcode.openIndex, NOTHING, event.time);
        break;
      case 'record': {
        const { index, direction, packet, time } = event.record;
        const opcode = PACKET_OPCODES[direction].get(packet[0] ?? 0);
        if (opcode !== undefined) write(index, opcode, packet.subarray(1), time);
        break;
      }
      case 'left':
        write(event.device.index, MonitorOpcode.closeIndex, NOTHING, event.time);
        write(event.device.index, MonitorOpcode.deleteIndex, NOTHING, event.time);
        break;
    }
  };
};

/** Type (1 byte), bus (1), address (6, little-endian), name (8). */
const newIndex = ({ index, address, label }: AirDevice): Buffer => {
  const data = Buffer.alloc(8 + NAME_BYTES);
  data.writeUInt8(PRIMARY, 0);
  data.writeUInt8(VIRTUAL, 1);
  data.set((fromHex(address.replaceAll(':', '')) ?? NOTHING).reverse(), 2);
  data.set(utf8Prefix(label === '' ? `hci${String(index)}` : label, NAME_BYTES - 1), 8);
  return data;
};

/**
 * Writes what passes between all hosts of an air and their controllers to `sink`, until the function
 * that is returned is called.
 */
export const captureAir = (
  air: { tap(listener: AirListener): () => void },
  sink: CaptureSink,
): (() => void) => air.tap(monitorCapture(sink));
