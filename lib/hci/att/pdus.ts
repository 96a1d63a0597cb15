import { bytes, longCounted, rest, u16, u8 } from '../fields.js';
import type { Before } from '../fields.js';
import { Layout } from '../layout.js';
import type { Shape, Values } from '../layout.js';
import { listBySize, listToEnd } from '../lists.js';

/** A PDU of the Attribute Protocol (Vol 3 Part F 3.4). */
export class AttDeclaration<S extends Shape = Shape> {
  readonly parameters: Layout<S>;

  constructor(
    readonly opcode: number,
    readonly name: string,
    shape: S,
  ) {
    this.parameters = new Layout(shape);
  }

  /** The PDU: opcode (1 byte), parameters. */
  build(parameters: Values<S>): Uint8Array {
    const pdu = this.parameters.build(parameters, 1);
    pdu[0] = this.opcode;
    return pdu;
  }
}

const pdu = <S extends Shape>(opcode: number, name: string, shape: S): AttDeclaration<S> =>
  new AttDeclaration(opcode, name, shape);

const mtu = { mtu: u16() };
const range = { start: u16(), end: u16() };
/** A type has 2 or 16 bytes. */
const typedRange = { ...range, type: rest({ min: 2, max: 16 }) };
const handle = { handle: u16() };
/** Of an attribute whose handle was in the request. */
const value = { value: rest() };
const handleAndValue = { ...handle, ...value };
const prepared = { ...handle, offset: u16(), ...value };
const handles = { attributes: listToEnd(handle) };
const group = { ...handle, endHandle: u16() };

/** Format 1: UUIDs of 2 bytes, 2: of 16. */
const pairBytes = ({ format }: Before): number => (format === 1 ? 4 : 18);
/** Every item of a list is so long, with its handles. */
const itemBytes = ({ length }: Before): number => Number(length);

export const Att = {
  error: pdu(0x01, 'Error Response', { request: u8(), ...handle, code: u8({ min: 1 }) }),
  mtuRequest: pdu(0x02, 'Exchange MTU Request', mtu),
  mtuResponse: pdu(0x03, 'Exchange MTU Response', mtu),
  findInformationRequest: pdu(0x04, 'Find Information Request', range),
  findInformationResponse: pdu(0x05, 'Find Information Response', {
    format: u8({ min: 1, max: 2 }),
    attributes: listBySize(pairBytes, { ...handle, type: rest() }),
  }),
  findByTypeValueRequest: pdu(0x06, 'Find By Type Value Request', {
    ...range,
    type: bytes(2),
    value: rest(),
  }),
  findByTypeValueResponse: pdu(0x07, 'Find By Type Value Response', {
    attributes: listToEnd(group),
  }),
  readByTypeRequest: pdu(0x08, 'Read By Type Request', typedRange),
  readByTypeResponse: pdu(0x09, 'Read By Type Response', {
    length: u8({ min: 2 }),
    attributes: listBySize(itemBytes, handleAndValue),
  }),
  readRequest: pdu(0x0a, 'Read Request', handle),
  readResponse: pdu(0x0b, 'Read Response', value),
  readBlobRequest: pdu(0x0c, 'Read Blob Request', { ...handle, offset: u16() }),
  readBlobResponse: pdu(0x0d, 'Read Blob Response', value),
  readMultipleRequest: pdu(0x0e, 'Read Multiple Request', handles),
  readMultipleResponse: pdu(0x0f, 'Read Multiple Response', value),
  readByGroupTypeRequest: pdu(0x10, 'Read By Group Type Request', typedRange),
  readByGroupTypeResponse: pdu(0x11, 'Read By Group Type Response', {
    length: u8({ min: 4 }),
    attributes: listBySize(itemBytes, { ...group, ...value }),
  }),
  writeRequest: pdu(0x12, 'Write Request', handleAndValue),
  writeResponse: pdu(0x13, 'Write Response', {}),
  prepareWriteRequest: pdu(0x16, 'Prepare Write Request', prepared),
  prepareWriteResponse: pdu(0x17, 'Prepare Write Response', prepared),
  executeWriteRequest: pdu(0x18, 'Execute Write Request', { flags: u8({ max: 1 }) }),
  executeWriteResponse: pdu(0x19, 'Execute Write Response', {}),
  notification: pdu(0x1b, 'Notification', handleAndValue),
  indication: pdu(0x1d, 'Indication', handleAndValue),
  confirmation: pdu(0x1e, 'Confirmation', {}),
  readMultipleVariableRequest: pdu(0x20, 'Read Multiple Variable Request', handles),
  readMultipleVariableResponse: pdu(0x21, 'Read Multiple Variable Response', value),
  multipleNotifications: pdu(0x23, 'Multiple Notifications', {
    attributes: listToEnd({ ...handle, value: longCounted() }),
  }),
  writeCommand: pdu(0x52, 'Write Command', handleAndValue),
  /** The last 12 bytes of the value are the signature. */
  signedWriteCommand: pdu(0xd2, 'Signed Write Command', handleAndValue),
} as const;

/** By opcode. */
export const ATT_PDUS: ReadonlyMap<number, AttDeclaration> = new Map(
  Object.values(Att).map((declared) => [declared.opcode, declared]),
);
