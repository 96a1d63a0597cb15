import { PacketType } from '../hci/constants.js';
import type { Direction } from './btsnoop.js';

/**
 * What the records of a btsnoop file of the Linux monitor (datalink 2001) are: the flags of a record are
 * its controller's number << 16 and one of these opcodes, and packets go without their H4 type byte.
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

/** What hosts and controllers say, and the type that H4 has for it. */
export const MONITOR_PACKETS: ReadonlyMap<
  number,
  { readonly direction: Direction; readonly type: number }
> = new Map([
  [MonitorOpcode.command, { direction: 'sent', type: PacketType.command }],
  [MonitorOpcode.event, { direction: 'received', type: PacketType.event }],
  [MonitorOpcode.aclSent, { direction: 'sent', type: PacketType.acl }],
  [MonitorOpcode.aclReceived, { direction: 'received', type: PacketType.acl }],
  [MonitorOpcode.scoSent, { direction: 'sent', type: PacketType.sco }],
  [MonitorOpcode.scoReceived, { direction: 'received', type: PacketType.sco }],
  [MonitorOpcode.isoSent, { direction: 'sent', type: PacketType.iso }],
  [MonitorOpcode.isoReceived, { direction: 'received', type: PacketType.iso }],
] as const);

/** The data of New Index: type (1 byte), bus (1), address (6, little-endian), name (8, ends with zeros). */
export const NEW_INDEX_BYTES = 16;
export const NEW_INDEX_ADDRESS = 2;
export const NEW_INDEX_NAME = 8;
