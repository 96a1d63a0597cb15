import { PhoneKeyError } from '../../lib/errors.js';
import { PacketType } from '../hci/constants.js';
import {
  BTSNOOP_MAGIC,
  BTSNOOP_VERSION,
  Datalink,
  FLAG_RECEIVED,
  HEADER_BYTES,
  RECORD_HEADER_BYTES,
  UNIX_EPOCH,
} from './btsnoop.js';
import type { AirDevice, AirEvent } from './record.js';

/** Longer than any HCI packet (an ACL packet has 65,540 bytes at most), in bytes. */
const MAX_RECORD = 1 << 17;

interface RawRecord {
  readonly data: Buffer;
  readonly flags: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

type Interpret = (record: RawRecord) => Iterable<AirEvent>;

/**
 * Reads a btsnoop file in chunks of any size: captures of one controller (datalink 1002) and of all of a
 * machine or an air (2001, the Linux monitor). Holds less than one record and a chunk.
 */
export class BtsnoopReader {
  #rest: Buffer = Buffer.alloc(0);
  #interpret: Interpret | undefined;

  /**
   * What the records that `chunk` completes say.
   * @throws PhoneKeyError `usage.invalid` for what is no such file; of no use afterwards
   */
  *push(chunk: Buffer): Generator<AirEvent, void, undefined> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#interpret === undefined) {
      if (this.#rest.length < HEADER_BYTES) return;
      this.#interpret = interpreterFor(this.#take(HEADER_BYTES));
    }
    for (let record = this.#record(); record !== undefined; record = this.#record()) {
      yield* this.#interpret(record);
    }
  }

  /** @throws PhoneKeyError `usage.invalid` where the file ends within its header or a record */
  end(): void {
    if (this.#interpret === undefined) throw notBtsnoop();
    if (this.#rest.length > 0) throw damaged('it ends in the middle of a record');
  }

  #record(): RawRecord | undefined {
    if (this.#rest.length < RECORD_HEADER_BYTES) return undefined;
    const length = this.#rest.readUInt32BE(4);
    if (length > MAX_RECORD) throw damaged(`a record of ${String(length)} bytes`);
    if (this.#rest.length < RECORD_HEADER_BYTES + length) return undefined;
    const header = this.#take(RECORD_HEADER_BYTES);
    const time = Number(header.readBigInt64BE(16) - UNIX_EPOCH) / 1000;
    if (!isTime(time)) throw damaged('a record from before or after all times');
    return { data: this.#take(length), flags: header.readUInt32BE(8), time };
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}

const interpreterFor = (header: Buffer): Interpret => {
  if (header.toString('latin1', 0, 8) !== BTSNOOP_MAGIC) throw notBtsnoop();
  const version = header.readUInt32BE(8);
  if (version !== BTSNOOP_VERSION) throw damaged(`version ${String(version)} of the format`);
  const datalink = header.readUInt32BE(12);
  if (datalink === Datalink.h4) return h4Sightings;
  if (datalink === Datalink.monitor) return new MonitorInterpreter().sightings;
  throw damaged(`datalink ${String(datalink)}; readable are 1002 (H4) and 2001 (monitor)`);
};

const h4Sightings: Interpret = ({ data, flags, time }) => {
  const direction = (flags & FLAG_RECEIVED) === 0 ? 'sent' : 'received';
  return [{ type: 'record', record: { time, index: 0, direction, packet: data } }];
};

/** Opcodes of the monitor: what hosts and controllers say, and the type that H4 has for it. */
const PACKETS = new Map([
  [2, { direction: 'sent', type: PacketType.command }],
  [3, { direction: 'received', type: PacketType.event }],
  [4, { direction: 'sent', type: PacketType.acl }],
  [5, { direction: 'received', type: PacketType.acl }],
  [6, { direction: 'sent', type: PacketType.sco }],
  [7, { direction: 'received', type: PacketType.sco }],
  [18, { direction: 'sent', type: PacketType.iso }],
  [19, { direction: 'received', type: PacketType.iso }],
] as const);
const NEW_INDEX = 0;
const DELETE_INDEX = 1;

/** The monitor's numbers of controllers come back; ours do not. */
class MonitorInterpreter {
  /** By the monitor's number. */
  readonly #devices = new Map<number, AirDevice>();
  #next = 0;

  readonly sightings: Interpret = ({ data, flags, time }) => {
    const number = flags >>> 16;
    const opcode = flags & 0xffff;
    const packet = PACKETS.get(opcode as Parameters<typeof PACKETS.get>[0]);
    if (packet !== undefined) {
      const { direction, type } = packet;
      const { index } = this.#devices.get(number) ?? this.#introduce(number, '', '');
      const record = { time, index, direction, packet: Buffer.concat([Buffer.of(type), data]) };
      return [{ type: 'record', record }];
    }
    const isNew = opcode === NEW_INDEX && data.length >= NEW_INDEX_BYTES;
    if (!isNew && opcode !== DELETE_INDEX) return [];
    const before = this.#devices.get(number);
    this.#devices.delete(number);
    const left: AirEvent[] = before === undefined ? [] : [{ type: 'left', device: before, time }];
    if (!isNew) return left;
    const device = this.#introduce(number, addressIn(data), nameIn(data));
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

const addressIn = (data: Buffer): string =>
  Array.from(data.subarray(2, 8).toReversed(), (byte) => byte.toString(16).padStart(2, '0')).join(
    ':',
  );

const nameIn = (data: Buffer): string =>
  data.toString('utf8', 8, NEW_INDEX_BYTES).split('\0', 1)[0] ?? '';

/** Of which a Date can be made. */
const isTime = (time: number): boolean => !Number.isNaN(new Date(time).getTime());

const notBtsnoop = (): PhoneKeyError => damaged('it does not begin as a btsnoop file does');

const damaged = (what: string): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', `the capture cannot be read: ${what}`, {
    hint: 'Give a file that --capture or btmon -w has written.',
  });
