import { Att } from '../../lib/hci/att/pdus.js';
import { Channel } from '../decode/l2cap.js';

// The Attribute Protocol between a SimCentral and a SimPeripheral (Vol 3 Part F 3.4). Opcodes and sizes are
// the real ones, and so are MTUs, chunks and values. Handles and UUIDs are blank: both ends know what they
// speak of.

/** ATT_MTU before any exchange (Vol 3 Part G 5.2.1). */
export const DEFAULT_ATT_MTU = 23;
/** The longest attribute value and what goes before it (Vol 3 Part F 3.2.9). */
export const MAX_MTU = 517;

/** Length and channel, 2 bytes each (Vol 3 Part A 3.1). */
const L2CAP_HEADER_BYTES = 4;

export interface AttPdu {
  readonly opcode: number;
  readonly parameters: Buffer;
}

/** An L2CAP PDU on the channel of ATT: 5 bytes and the parameters, which are copied. */
export const attPdu = (opcode: number, ...parameters: readonly Uint8Array[]): Buffer => {
  const length = parameters.reduce((sum, part) => sum + part.length, 1);
  const header = Buffer.alloc(L2CAP_HEADER_BYTES + 1);
  header.writeUInt16LE(length, 0);
  header.writeUInt16LE(Channel.att, 2);
  header.writeUInt8(opcode, L2CAP_HEADER_BYTES);
  return Buffer.concat([header, ...parameters]);
};

/** Undefined for what is no whole PDU of ATT. */
export const parseAttPdu = (data: Buffer): AttPdu | undefined => {
  if (data.length <= L2CAP_HEADER_BYTES) return undefined;
  if (data.readUInt16LE(0) !== data.length - L2CAP_HEADER_BYTES) return undefined;
  if (data.readUInt16LE(2) !== Channel.att) return undefined;
  return {
    opcode: data.readUInt8(L2CAP_HEADER_BYTES),
    parameters: data.subarray(L2CAP_HEADER_BYTES + 1),
  };
};

/** A handle, or another number of 16 bits. */
export const uint16 = (value: number): Buffer => Buffer.of(value & 0xff, value >> 8);

/** In front of the value of a write, a notification or a blob. */
export const NO_HANDLE = uint16(0);

/** A request that looks for attributes, and the answer that a real car has for it. */
export interface Search {
  readonly opcode: number;
  readonly answer: number;
  /** With the opcode. */
  readonly answerBytes: number;
}

const { readByGroupTypeRequest, readByGroupTypeResponse, readByTypeRequest, readByTypeResponse } =
  Att;

/** Opcode, request, handle and reason. */
const ERROR_BYTES = 5;
/** The three characteristics of a car, each with a 128-bit UUID. */
const CHARACTERISTICS = 3;
const CHARACTERISTIC_BYTES = 5 + 16;

/**
 * How a client finds services and characteristics, as noble does with bleno, in so many round trips:
 * the services GAP and GATT (6 bytes each); the car's (20 bytes); no more; then the characteristics, as
 * many in an answer as the MTU has room for. One that remembers where they were asks for them alone.
 */
export const discovery = (mtu: number, remembered: boolean): Search[] => {
  const services = [2 + 2 * 6, 2 + 20].map((answerBytes) => ({
    opcode: readByGroupTypeRequest.opcode,
    answer: readByGroupTypeResponse.opcode,
    answerBytes,
  }));
  const noMore = {
    opcode: readByGroupTypeRequest.opcode,
    answer: Att.error.opcode,
    answerBytes: ERROR_BYTES,
  };
  const room = Math.max(1, Math.floor((mtu - 2) / CHARACTERISTIC_BYTES));
  const characteristics: Search[] = [];
  for (let left = CHARACTERISTICS; left > 0; left -= room) {
    characteristics.push({
      opcode: readByTypeRequest.opcode,
      answer: readByTypeResponse.opcode,
      answerBytes: 2 + Math.min(left, room) * CHARACTERISTIC_BYTES,
    });
  }
  return remembered ? characteristics : [...services, noMore, ...characteristics];
};

/** Two handles and a 16-bit UUID, 7 bytes in all; the handles say which answer is meant. */
export const searchRequest = ({ opcode, answer, answerBytes }: Search): Buffer =>
  attPdu(opcode, uint16(answer), uint16(answerBytes), NO_HANDLE);

/** What the request asks for, at most as long as the MTU allows; undefined when it makes no sense. */
export const searchAnswer = (parameters: Buffer, mtu: number): Buffer | undefined => {
  if (parameters.length !== 6) return undefined;
  const answer = parameters.readUInt8(0);
  const bytes = Math.max(1, Math.min(parameters.readUInt16LE(2), mtu));
  return attPdu(answer, Buffer.alloc(bytes - 1));
};
