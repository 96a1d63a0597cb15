import { addressText } from '../../lib/hci/text.js';
import type { BtsnoopRecord } from './btsnoop.js';
import { MonitorOpcode, PACKETS } from './monitor.js';
import type { AirDevice, AirEvent } from './record.js';

/**
 * Reads the records of a monitor file (see monitor.ts). Its numbers of controllers come back; those that are
 * given here do not.
 */
export class MonitorReader {
  /** By the monitor's number. */
  readonly #devices = new Map<number, AirDevice>();
  #next = 0;

  readonly events = ({ data, flags, time }: BtsnoopRecord): readonly AirEvent[] => {
    const number = flags >>> 16;
    const opcode = flags & 0xffff;
    const kind = PACKETS.find((each) => each.opcode === opcode);
    if (kind !== undefined) {
      const { direction, type } = kind;
      const { index } = this.#devices.get(number) ?? this.#introduce(number, '', '');
      const record = { time, index, direction, packet: Buffer.concat([Buffer.of(type), data]) };
      return [{ type: 'record', record }];
    }
    const isNew = opcode === MonitorOpcode.newIndex && data.length >= NEW_INDEX_BYTES;
    if (!isNew && opcode !== MonitorOpcode.deleteIndex) return [];
    const before = this.#devices.get(number);
    this.#devices.delete(number);
    const left: AirEvent[] = before === undefined ? [] : [{ type: 'left', device: before, time }];
    if (!isNew) return left;
    const device = this.#introduce(number, addressText(data.subarray(2, 8)), nameIn(data));
    return [...left, { type: 'came', device, time }];
  };

  #introduce(number: number, address: string, label: string): AirDevice {
    const device = { index: this.#next++, address, label };
    this.#devices.set(number, device);
    return device;
  }
}

/** Type (1 byte), bus (1), address (6, little-endian), name (8, filled up with zeros). */
const NEW_INDEX_BYTES = 16;

const nameIn = (data: Buffer): string =>
  data.toString('utf8', 8, NEW_INDEX_BYTES).split('\0', 1)[0] ?? '';
