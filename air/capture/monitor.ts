import { fromHex, utf8Prefix } from '../../lib/platform/bytes.js';
import { PacketType } from '../../lib/hci/constants.js';
import type { AirListener } from '../tap.js';
import { btsnoopHeader, Datalink, recordOf } from './btsnoop.js';
import type { CaptureSink } from './capturing.js';
import type { AirDevice, AirEvent } from './record.js';

/**
 * A whole air in one btsnoop file, in the format of the Linux monitor (datalink 2001): the flags of a
 * record are its controller's number << 16 and an opcode, and packets go without their H4 type byte.
 * Wireshark and btmon read it, and tell the controllers apart.
 */
export const MonitorOpcode = { newIndex: 0, deleteIndex: 1, openIndex: 8, closeIndex: 9 } as const;

/** Which way the packets of an opcode go, and the type that H4 has for them. */
export const PACKETS = [
  { opcode: 2, direction: 'sent', type: PacketType.command },
  { opcode: 3, direction: 'received', type: PacketType.event },
  { opcode: 4, direction: 'sent', type: PacketType.acl },
  { opcode: 5, direction: 'received', type: PacketType.acl },
  { opcode: 6, direction: 'sent', type: PacketType.sco },
  { opcode: 7, direction: 'received', type: PacketType.sco },
  { opcode: 18, direction: 'sent', type: PacketType.iso },
  { opcode: 19, direction: 'received', type: PacketType.iso },
] as const;

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
        const kind = PACKETS.find(
          (each) => each.direction === direction && each.type === packet[0],
        );
        if (kind !== undefined) write(index, kind.opcode, packet.subarray(1), time);
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
