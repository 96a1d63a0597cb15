import { PhoneKeyError } from '../../lib/errors.js';
import {
  BTSNOOP_MAGIC,
  BTSNOOP_VERSION,
  Datalink,
  FLAG_COMMAND_OR_EVENT,
  FLAG_RECEIVED,
  HEADER_BYTES,
  RECORD_HEADER_BYTES,
  UNIX_EPOCH,
} from './btsnoop.js';
import type { BtsnoopRecord } from './btsnoop.js';
import { MonitorReader } from './monitor.js';
import { PacketType } from '../../lib/hci/constants.js';
import { recordEvent } from './record.js';
import type { CaptureEvent } from './record.js';

/** Longer than any HCI packet (an ACL packet has 65,540 bytes at most), in bytes. */
const MAX_RECORD = 1 << 17;

type Interpret = (record: BtsnoopRecord) => Iterable<CaptureEvent>;

/**
 * Reads a btsnoop file in chunks of any size: captures of one controller (datalinks 1001 and 1002) and of
 * all of a machine or an air (2001, the Linux monitor). Holds less than one record and a chunk.
 */
export class BtsnoopReader {
  #rest: Buffer = Buffer.alloc(0);
  #interpret: Interpret | undefined;

  /**
   * What the records that `chunk` completes say.
   * @throws PhoneKeyError `usage.invalid` for what is no such file; of no use afterwards
   */
  *push(chunk: Buffer): Generator<CaptureEvent, void, undefined> {
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

  #record(): BtsnoopRecord | undefined {
    if (this.#rest.length < RECORD_HEADER_BYTES) return undefined;
    const length = this.#rest.readUInt32BE(4);
    if (length > MAX_RECORD) throw damaged(`a record of ${String(length)} bytes`);
    if (this.#rest.length < RECORD_HEADER_BYTES + length) return undefined;
    const header = this.#take(RECORD_HEADER_BYTES);
    const time = Number(header.readBigInt64BE(16) - UNIX_EPOCH) / 1000;
    const cut = Math.max(0, header.readUInt32BE(0) - length);
    return { data: this.#take(length), cut, flags: header.readUInt32BE(8), time };
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}

const interpreterFor = (header: Buffer): Interpret => {
  if (header.toString('latin1', 0, 8) !== BTSNOOP_MAGIC) {
    throw notBtsnoop(OTHERS.get(header.toString('hex', 0, 4)));
  }
  const version = header.readUInt32BE(8);
  if (version !== BTSNOOP_VERSION) throw damaged(`version ${String(version)} of the format`);
  const datalink = header.readUInt32BE(12);
  if (datalink === Datalink.hci) return hciEvents;
  if (datalink === Datalink.h4) return h4Events;
  if (datalink === Datalink.monitor) return new MonitorReader().events;
  throw damaged(
    `datalink ${String(datalink)}; readable are 1001 (HCI), 1002 (H4) and 2001 (monitor)`,
  );
};

const h4Events: Interpret = ({ data, cut, flags, time }) => {
  const direction = (flags & FLAG_RECEIVED) === 0 ? 'sent' : 'received';
  return [recordEvent({ time, index: 0, direction, packet: data }, cut)];
};

/** Commands are sent and events received; all else is data, of which LE has one kind there. */
const hciEvents: Interpret = (record) => {
  const received = (record.flags & FLAG_RECEIVED) !== 0;
  const type =
    (record.flags & FLAG_COMMAND_OR_EVENT) === 0
      ? PacketType.acl
      : received
        ? PacketType.event
        : PacketType.command;
  return h4Events({ ...record, data: Buffer.concat([Buffer.of(type), record.data]) });
};

/** Other captures, by their first four bytes. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['0a0d0d0a', 'pcapng'],
  ['a1b2c3d4', 'pcap'],
  ['d4c3b2a1', 'pcap'],
  ['a1b23c4d', 'pcap'],
  ['4d3cb2a1', 'pcap'],
]);

const notBtsnoop = (other?: string): PhoneKeyError =>
  other === undefined
    ? damaged('it does not begin as a btsnoop file does')
    : damaged(`it is a ${other} file`, 'Make a btsnoop of it: tshark -r FILE -F btsnoop -w OTHER.');

const damaged = (
  what: string,
  hint = 'Give a btsnoop file, such as btmon -w or Android writes.',
): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', `the capture cannot be read: ${what}`, { hint });
