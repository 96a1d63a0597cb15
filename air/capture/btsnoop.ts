import { PacketType } from '../../lib/hci/constants.js';

/**
 * The btsnoop file format: a header of 16 bytes, then records of 24 bytes and a packet each. Numbers
 * are big-endian. Wireshark and btmon read it.
 */

/** As the host sees it. */
export type Direction = 'sent' | 'received';

export const BTSNOOP_MAGIC = 'btsnoop\0';
export const BTSNOOP_VERSION = 1;

/** What the records of a file are. */
export const Datalink = {
  /** HCI packets without a type byte, which follows from the flags. */
  hci: 1001,
  /** H4 packets: their type byte is part of them. */
  h4: 1002,
  /** What the Linux monitor tells of all controllers of a machine. */
  monitor: 2001,
} as const;

export const HEADER_BYTES = 16;
export const RECORD_HEADER_BYTES = 24;

export const FLAG_RECEIVED = 0b01;
export const FLAG_COMMAND_OR_EVENT = 0b10;

/** Microseconds from the format's epoch, midnight of 1 January of the year 0, to 1970. */
export const UNIX_EPOCH = 0x00dcddb30f2f8000n;

/** What a record of any datalink holds. */
export interface BtsnoopRecord {
  readonly data: Buffer;
  /** Bytes at its end that are not in the file. */
  readonly cut: number;
  /** What they mean, the datalink says. */
  readonly flags: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What a file begins with, 16 bytes. */
export const btsnoopHeader = (datalink: number = Datalink.h4): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(BTSNOOP_MAGIC, 'latin1');
  header.writeUInt32BE(BTSNOOP_VERSION, 8);
  header.writeUInt32BE(datalink, 12);
  return header;
};

/**
 * The record of one H4 packet, 24 bytes longer than that.
 * @param time milliseconds since 1970, kept to the microsecond
 */
export const btsnoopRecord = (packet: Uint8Array, direction: Direction, time: number): Buffer =>
  recordOf(
    packet,
    (direction === 'received' ? FLAG_RECEIVED : 0) |
      (isData(packet[0]) ? 0 : FLAG_COMMAND_OR_EVENT),
    time,
  );

/** A record of any datalink, 24 bytes longer than its data. @param flags what they mean, the datalink says */
export const recordOf = (data: Uint8Array, flags: number, time: number): Buffer => {
  const record = Buffer.alloc(RECORD_HEADER_BYTES + data.length);
  record.writeUInt32BE(data.length, 0); // length on the wire
  record.writeUInt32BE(data.length, 4); // length in the file
  record.writeUInt32BE(flags, 8);
  record.writeUInt32BE(0, 12); // packets dropped so far
  record.writeBigInt64BE(UNIX_EPOCH + BigInt(Math.round(time * 1000)), 16);
  record.set(data, RECORD_HEADER_BYTES);
  return record;
};

const isData = (type: number | undefined): boolean =>
  type !== PacketType.command && type !== PacketType.event;
