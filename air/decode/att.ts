import { hexNumber } from './names.js';
import { Truncated } from './reader.js';
import type { Reader } from './reader.js';

/** The Attribute Protocol (Vol 3 Part F 3.4). */

export const Att = {
  error: 0x01,
  mtuRequest: 0x02,
  mtuResponse: 0x03,
  findInformationRequest: 0x04,
  findInformationResponse: 0x05,
  findByTypeValueRequest: 0x06,
  findByTypeValueResponse: 0x07,
  readByTypeRequest: 0x08,
  readByTypeResponse: 0x09,
  readRequest: 0x0a,
  readResponse: 0x0b,
  readBlobRequest: 0x0c,
  readBlobResponse: 0x0d,
  readMultipleRequest: 0x0e,
  readMultipleResponse: 0x0f,
  readByGroupTypeRequest: 0x10,
  readByGroupTypeResponse: 0x11,
  writeRequest: 0x12,
  writeResponse: 0x13,
  prepareWriteRequest: 0x16,
  prepareWriteResponse: 0x17,
  executeWriteRequest: 0x18,
  executeWriteResponse: 0x19,
  notification: 0x1b,
  indication: 0x1d,
  confirmation: 0x1e,
  readMultipleVariableRequest: 0x20,
  readMultipleVariableResponse: 0x21,
  multipleNotifications: 0x23,
  writeCommand: 0x52,
  signedWriteCommand: 0xd2,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  [Att.error, 'Error Response'],
  [Att.mtuRequest, 'Exchange MTU Request'],
  [Att.mtuResponse, 'Exchange MTU Response'],
  [Att.findInformationRequest, 'Find Information Request'],
  [Att.findInformationResponse, 'Find Information Response'],
  [Att.findByTypeValueRequest, 'Find By Type Value Request'],
  [Att.findByTypeValueResponse, 'Find By Type Value Response'],
  [Att.readByTypeRequest, 'Read By Type Request'],
  [Att.readByTypeResponse, 'Read By Type Response'],
  [Att.readRequest, 'Read Request'],
  [Att.readResponse, 'Read Response'],
  [Att.readBlobRequest, 'Read Blob Request'],
  [Att.readBlobResponse, 'Read Blob Response'],
  [Att.readMultipleRequest, 'Read Multiple Request'],
  [Att.readMultipleResponse, 'Read Multiple Response'],
  [Att.readByGroupTypeRequest, 'Read By Group Type Request'],
  [Att.readByGroupTypeResponse, 'Read By Group Type Response'],
  [Att.writeRequest, 'Write Request'],
  [Att.writeResponse, 'Write Response'],
  [Att.prepareWriteRequest, 'Prepare Write Request'],
  [Att.prepareWriteResponse, 'Prepare Write Response'],
  [Att.executeWriteRequest, 'Execute Write Request'],
  [Att.executeWriteResponse, 'Execute Write Response'],
  [Att.notification, 'Notification'],
  [Att.indication, 'Indication'],
  [Att.confirmation, 'Confirmation'],
  [Att.readMultipleVariableRequest, 'Read Multiple Variable Request'],
  [Att.readMultipleVariableResponse, 'Read Multiple Variable Response'],
  [Att.multipleNotifications, 'Multiple Notifications'],
  [Att.writeCommand, 'Write Command'],
  [Att.signedWriteCommand, 'Signed Write Command'],
]);

/** Error codes (3.4.1.1). */
const ERRORS: ReadonlyMap<number, string> = new Map([
  [0x01, 'invalid handle'],
  [0x02, 'read not permitted'],
  [0x03, 'write not permitted'],
  [0x04, 'invalid PDU'],
  [0x05, 'insufficient authentication'],
  [0x06, 'request not supported'],
  [0x07, 'invalid offset'],
  [0x08, 'insufficient authorization'],
  [0x09, 'prepare queue full'],
  [0x0a, 'attribute not found'],
  [0x0b, 'attribute not long'],
  [0x0c, 'encryption key size too short'],
  [0x0d, 'invalid attribute value length'],
  [0x0e, 'unlikely error'],
  [0x0f, 'insufficient encryption'],
  [0x10, 'unsupported group type'],
  [0x11, 'insufficient resources'],
  [0x12, 'database out of sync'],
  [0x13, 'value not allowed'],
]);

export const attName = (opcode: number): string =>
  NAMES.get(opcode) ?? `ATT opcode ${hexNumber(opcode)}`;

export const attErrorName = (code: number): string =>
  ERRORS.get(code) ?? `error ${hexNumber(code)}`;

/** A part of a PDU that says something about one attribute. */
export interface Attribute {
  readonly handle: number;
  /** Where the PDU itself tells the type. */
  readonly uuid?: string;
  readonly endHandle?: number;
  readonly value?: Buffer;
}

/** What the layout of a PDU tells; what it means depends on the request before it (gatt.ts). */
export interface AttPdu {
  readonly opcode: number;
  readonly mtu?: number;
  /** First and last handle that are searched, and the type that is looked for. */
  readonly range?: { readonly start: number; readonly end: number; readonly uuid?: string };
  readonly error?: { readonly request: number; readonly handle: number; readonly code: number };
  readonly attributes?: readonly Attribute[];
  /** A value whose handle was in the request. */
  readonly value?: Buffer;
}

/** @throws Truncated */
export const attPdu = (reader: Reader): AttPdu => {
  const opcode = reader.u8();
  return { opcode, ...LAYOUTS.get(opcode)?.(reader) };
};

type Layout = (reader: Reader) => Omit<AttPdu, 'opcode'>;

const mtu: Layout = (reader) => ({ mtu: reader.u16() });
const onlyValue: Layout = (reader) => ({ value: reader.rest() });
const empty: Layout = () => ({});
const handleAndValue: Layout = (reader) => ({
  attributes: [{ handle: reader.u16(), value: reader.rest() }],
});
const onlyHandle: Layout = (reader) => ({ attributes: [{ handle: reader.u16() }] });
const handleAndOffset: Layout = (reader) => {
  const handle = reader.u16();
  reader.u16(); // offset
  return { attributes: [{ handle, ...(reader.left > 0 ? { value: reader.rest() } : {}) }] };
};
const handles: Layout = (reader) => ({
  attributes: list(reader, () => ({ handle: reader.u16() })),
});
const typedRange: Layout = (reader) => ({
  range: { start: reader.u16(), end: reader.u16(), uuid: reader.uuid(uuidLength(reader.left)) },
});

const LAYOUTS: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [
    Att.error,
    (reader) => ({
      error: { request: reader.u8(), handle: reader.u16(), code: reader.u8() },
    }),
  ],
  [Att.mtuRequest, mtu],
  [Att.mtuResponse, mtu],
  [Att.findInformationRequest, (reader) => ({ range: { start: reader.u16(), end: reader.u16() } })],
  [
    Att.findInformationResponse,
    (reader) => {
      const length = reader.u8() === 1 ? 2 : 16;
      return {
        attributes: list(reader, () => ({ handle: reader.u16(), uuid: reader.uuid(length) })),
      };
    },
  ],
  [
    Att.findByTypeValueRequest,
    (reader) => ({ range: { start: reader.u16(), end: reader.u16(), uuid: reader.uuid(2) } }),
  ],
  [
    Att.findByTypeValueResponse,
    (reader) => ({
      attributes: list(reader, () => ({ handle: reader.u16(), endHandle: reader.u16() })),
    }),
  ],
  [Att.readByTypeRequest, typedRange],
  [
    Att.readByTypeResponse,
    (reader) => {
      const length = reader.u8() - 2;
      return {
        attributes: list(reader, () => ({ handle: reader.u16(), value: entry(reader, length) })),
      };
    },
  ],
  [Att.readRequest, onlyHandle],
  [Att.readResponse, onlyValue],
  [Att.readBlobRequest, handleAndOffset],
  [Att.readBlobResponse, onlyValue],
  [Att.readMultipleRequest, handles],
  [Att.readMultipleResponse, onlyValue],
  [Att.readByGroupTypeRequest, typedRange],
  [
    Att.readByGroupTypeResponse,
    (reader) => {
      const length = reader.u8() - 4;
      return {
        attributes: list(reader, () => ({
          handle: reader.u16(),
          endHandle: reader.u16(),
          value: entry(reader, length),
        })),
      };
    },
  ],
  [Att.writeRequest, handleAndValue],
  [Att.writeResponse, empty],
  [Att.prepareWriteRequest, handleAndOffset],
  [Att.prepareWriteResponse, handleAndOffset],
  [Att.executeWriteRequest, empty],
  [Att.executeWriteResponse, empty],
  [Att.notification, handleAndValue],
  [Att.indication, handleAndValue],
  [Att.confirmation, empty],
  [Att.readMultipleVariableRequest, handles],
  [Att.readMultipleVariableResponse, onlyValue],
  [
    Att.multipleNotifications,
    (reader) => ({
      attributes: list(reader, () => ({
        handle: reader.u16(),
        value: reader.bytes(reader.u16()),
      })),
    }),
  ],
  [Att.writeCommand, handleAndValue],
  [Att.signedWriteCommand, handleAndValue],
]);

const list = <T>(reader: Reader, item: () => T): T[] => {
  const items: T[] = [];
  while (reader.left > 0) items.push(item());
  return items;
};

/** The value of an entry of a list; a length that leaves no room for its handles is malformed. */
const entry = (reader: Reader, length: number): Buffer => {
  if (length < 0) throw new Truncated();
  return reader.bytes(length);
};

/** A type has 2 or 16 bytes. */
const uuidLength = (left: number): number => (left === 2 ? 2 : 16);
