import { rest, u16, u8 } from '../fields.js';
import { Layout } from '../layout.js';

/** Types of attributes that GATT and GAP are made of (Vol 3 Part G 3.4, Part C 12), as `uuidText` writes them. */
export const AttributeType = {
  primaryService: '2800',
  secondaryService: '2801',
  include: '2802',
  characteristic: '2803',
  deviceName: '2a00',
  appearance: '2a01',
  serviceChanged: '2a05',
  /** Of the descriptor by which a client subscribes. */
  clientConfiguration: '2902',
} as const;

/** Services that every server has (Vol 3 Part C 12, Part G 7). */
export const GenericService = { access: '1800', attribute: '1801' } as const;

/** The value of the declaration of a characteristic (Vol 3 Part G 3.3.1); UUIDs have 2 or 16 bytes. */
export const CharacteristicDeclaration = new Layout({
  properties: u8(),
  valueHandle: u16(),
  uuid: rest({ min: 2, max: 16 }),
});
