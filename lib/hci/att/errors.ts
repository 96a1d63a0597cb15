import { hexNumber } from '../text.js';

/** Error codes of ATT (Vol 3 Part F 3.4.1.1). */
export const AttError = {
  invalidHandle: 0x01,
  readNotPermitted: 0x02,
  writeNotPermitted: 0x03,
  invalidPdu: 0x04,
  insufficientAuthentication: 0x05,
  requestNotSupported: 0x06,
  invalidOffset: 0x07,
  insufficientAuthorization: 0x08,
  prepareQueueFull: 0x09,
  attributeNotFound: 0x0a,
  attributeNotLong: 0x0b,
  encryptionKeySizeTooShort: 0x0c,
  invalidAttributeValueLength: 0x0d,
  unlikelyError: 0x0e,
  insufficientEncryption: 0x0f,
  unsupportedGroupType: 0x10,
  insufficientResources: 0x11,
  databaseOutOfSync: 0x12,
  valueNotAllowed: 0x13,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(AttError).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, ' $&').toLowerCase().replace('pdu', 'PDU'),
  ]),
);

export const attErrorName = (code: number): string => NAMES.get(code) ?? `error ${hexNumber(code)}`;
