import { concat, viewOf } from '../../lib/platform/bytes.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { Channel } from '../decode/l2cap.js';

// The Attribute Protocol between a SimCentral and a SimPeripheral (Vol 3 Part F 3.4): opcodes, handles and
// sizes are the real ones, and so are MTUs, chunks and values.

/** ATT_MTU before any exchange (Vol 3 Part G 5.2.1). */
export const DEFAULT_ATT_MTU = 23;
/** The longest attribute value and what goes before it (Vol 3 Part F 3.2.9). */
export const MAX_MTU = 517;

/** Length and channel, 2 bytes each (Vol 3 Part A 3.1). */
const L2CAP_HEADER_BYTES = 4;

export interface SimAttPdu {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

/** An L2CAP PDU on the channel of ATT: 5 bytes and the parameters, which are copied. */
export const simAttPdu = (opcode: number, ...parameters: readonly Uint8Array[]): Uint8Array => {
  const length = parameters.reduce((sum, part) => sum + part.length, 1);
  return concat(uint16(length, Channel.att), Uint8Array.of(opcode), ...parameters);
};

/** Undefined for what is no whole PDU of ATT. */
export const parseSimAttPdu = (data: Uint8Array): SimAttPdu | undefined => {
  if (data.length <= L2CAP_HEADER_BYTES) return undefined;
  if (readUint16(data) !== data.length - L2CAP_HEADER_BYTES) return undefined;
  if (readUint16(data, 2) !== Channel.att) return undefined;
  return {
    opcode: viewOf(data).getUint8(L2CAP_HEADER_BYTES),
    parameters: data.subarray(L2CAP_HEADER_BYTES + 1),
  };
};

/** Numbers of 16 bits, such as handles. */
export const uint16 = (...values: readonly number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [value & 0xff, value >> 8]));

/** One of those that `uint16` made, `at` bytes on. */
export const readUint16 = (bytes: Uint8Array, at = 0): number => viewOf(bytes).getUint16(at, true);

/** What a request looks for (Vol 3 Part G 3.1, 3.3.1 and 3.3.3.3). */
export const AttributeType = {
  service: 0x2800,
  declaration: 0x2803,
  configuration: 0x2902,
} as const;

/** Where, in handles, and which type of attributes. */
export const searchRequest = (first: number, last: number, type: number): Uint8Array => {
  const { readByGroupTypeRequest, readByTypeRequest } = Att;
  const group = type === AttributeType.service;
  return simAttPdu(
    (group ? readByGroupTypeRequest : readByTypeRequest).opcode,
    uint16(first, last, type),
  );
};

/** The entries of an answer, all of one length; none in an error. */
export const entriesIn = ({ opcode, parameters }: SimAttPdu): Uint8Array[] => {
  const length = parameters[0] ?? 0;
  if (opcode === Att.error.opcode || length === 0) return [];
  const entries: Uint8Array[] = [];
  for (let at = 1; at + length <= parameters.length; at += length) {
    entries.push(parameters.subarray(at, at + length));
  }
  return entries;
};
