import { fromHex, utf8Prefix } from '../../lib/platform/bytes.js';
import { PacketType } from '../../lib/hci/constants.js';
import { bytes, u8 } from '../../lib/hci/fields.js';
import { Layout } from '../../lib/hci/layout.js';
import { readable } from '../../lib/hci/reader.js';
import { addressText } from '../../lib/hci/text.js';
import type { AirListener } from '../tap.js';
import { btsnoopHeader, Datalink, recordOf } from './btsnoop.js';
import type { BtsnoopRecord } from './btsnoop.js';
import type { CaptureSink } from './capturing.js';
import { recordEvent } from './record.js';
import type { AirDevice, AirEvent, CaptureEvent } from './record.js';

/**
 * A whole air in one btsnoop file, in the format of the Linux monitor (datalink 2001): the flags of a
 * record are its controller's number << 16 and an opcode, and packets go without their H4 type byte.
 * Wireshark and btmon read it, and tell the controllers apart.
 */
const MonitorOpcode = { newIndex: 0, deleteIndex: 1, openIndex: 8, closeIndex: 9 } as const;

/** Records that are no packets, by their opcodes. */
const NOTES: ReadonlyMap<number, string> = new Map([
  [MonitorOpcode.newIndex, 'New Index'],
  [MonitorOpcode.deleteIndex, 'Delete Index'],
  [MonitorOpcode.openIndex, 'Open Index'],
  [MonitorOpcode.closeIndex, 'Close Index'],
  [10, 'Index Information'],
  [11, 'Vendor Diagnostics'],
  [12, 'System Note'],
  [13, 'User Logging'],
  [14, 'Control Open'],
  [15, 'Control Close'],
  [16, 'Control Command'],
  [17, 'Control Event'],
]);

/** Which way the packets of an opcode go, and the type that H4 has for them. */
const PACKETS = [
  { opcode: 2, direction: 'sent', type: PacketType.command },
  { opcode: 3, direction: 'received', type: PacketType.event },
  { opcode: 4, direction: 'sent', type: PacketType.acl },
  { opcode: 5, direction: 'received', type: PacketType.acl },
  { opcode: 6, direction: 'sent', type: PacketType.sco },
  { opcode: 7, direction: 'received', type: PacketType.sco },
  { opcode: 18, direction: 'sent', type: PacketType.iso },
  { opcode: 19, direction: 'received', type: PacketType.iso },
] as const;

/** Of which the last one is zero. */
const NAME_BYTES = 8;
/** What New Index says; type 0 is primary, bus 0 virtual. Names are filled up with zeros. */
const NEW_INDEX = new Layout({ type: u8(), bus: u8(), address: bytes(6), name: bytes(NAME_BYTES) });
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
      case 'found': // nothing of it passes now
        break;
      case 'left':
        write(event.device.index, MonitorOpcode.closeIndex, NOTHING, event.time);
        write(event.device.index, MonitorOpcode.deleteIndex, NOTHING, event.time);
        break;
    }
  };
};

const newIndex = ({ index, address, label }: AirDevice): Uint8Array =>
  NEW_INDEX.build({
    type: 0,
    bus: 0,
    address: (fromHex(address.replaceAll(':', '')) ?? NOTHING).reverse(),
    name: utf8Prefix(label === '' ? `hci${String(index)}` : label, NAME_BYTES - 1),
  });

/**
 * Reads the records of a monitor file. Its numbers of controllers come back; those that are
 * given here do not.
 */
export class MonitorReader {
  /** By the monitor's number. */
  readonly #devices = new Map<number, AirDevice>();
  #next = 0;

  readonly events = ({ data, cut, flags, time }: BtsnoopRecord): readonly CaptureEvent[] => {
    const number = flags >>> 16;
    const opcode = flags & 0xffff;
    const kind = PACKETS.find((each) => each.opcode === opcode);
    if (kind !== undefined) {
      const { direction, type } = kind;
      const { index } = this.#devices.get(number) ?? this.#introduce(number, '', '');
      const packet = Buffer.concat([Buffer.of(type), data]);
      return [recordEvent({ time, index, direction, packet }, cut)];
    }
    const note = NOTES.get(opcode) ?? `monitor record ${String(opcode)}`;
    const told = { type: 'note', time, name: note, bytes: data.length } as const;
    return [told, ...this.#presence(number, opcode, data, time)];
  };

  /** Who comes and goes. */
  #presence(number: number, opcode: number, data: Buffer, time: number): readonly AirEvent[] {
    const isNew = opcode === MonitorOpcode.newIndex;
    const found = isNew ? readable(() => NEW_INDEX.read(data)) : undefined;
    if (found === undefined && opcode !== MonitorOpcode.deleteIndex) return [];
    const before = this.#devices.get(number);
    this.#devices.delete(number);
    const left: AirEvent[] = before === undefined ? [] : [{ type: 'left', device: before, time }];
    if (found === undefined) return left;
    const [name = ''] = Buffer.from(found.name).toString('utf8').split('\0', 1);
    const device = this.#introduce(number, addressText(found.address), name);
    return [...left, { type: 'came', device, time }];
  }

  #introduce(number: number, address: string, label: string): AirDevice {
    const device = { index: this.#next++, address, label };
    this.#devices.set(number, device);
    return device;
  }
}

/**
 * Writes what passes between all hosts of an air and their controllers to `sink`, until the function
 * that is returned is called.
 */
export const captureAir = (
  air: { tap(listener: AirListener): () => void },
  sink: CaptureSink,
): (() => void) => air.tap(monitorCapture(sink));
