import { rest, u16, u8 } from '../fields.js';
import { Layout } from '../layout.js';

/** Types of attributes that GATT is made of (Vol 3 Part G 3.4), as `uuidText` writes them. */
export const AttributeType = {
  primaryService: '2800',
  secondaryService: '2801',
  characteristic: '2803',
  /** Of the descriptor by which a client subscribes. */
  clientConfiguration: '2902',
} as const;

/** The value of the declaration of a characteristic (Vol 3 Part G 3.3.1); UUIDs have 2 or 16 bytes. */
export const CharacteristicDeclaration = new Layout({
  properties: u8(),
  valueHandle: u16(),
  uuid: rest({ min: 2, max: 16 }),
});
