import { hexNumber } from '../text.js';

/** Error codes of ATT (Vol 3 Part F 3.4.1.1). */
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

export const attErrorName = (code: number): string =>
  ERRORS.get(code) ?? `error ${hexNumber(code)}`;
