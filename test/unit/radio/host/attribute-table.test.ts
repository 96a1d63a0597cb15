import { describe, expect, it } from '@jest/globals';
import { CharacteristicDeclaration } from '../../../../lib/hci/att/attributes.js';
import { uuidText } from '../../../../lib/hci/text.js';
import { bareUuid } from '../../../../lib/link/gatt-profile.js';
import { nativeProfile } from '../../../../lib/native/profile.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { layoutOf, rowOf } from '../../../../lib/radio/gatt-row.js';
import { AttributeTable } from '../../../../lib/radio/host/attribute-table.js';
import { indicating, notifying } from './att-client.js';

const tableOf = (...profiles: (typeof notifying)[]): AttributeTable =>
  new AttributeTable(profiles.map((profile) => ({ profile, onLink: () => undefined })));

describe('the attributes of a car', () => {
  it('begin with GAP and GATT, and then have each service', () => {
    const { attributes } = tableOf(nativeProfile);
    const rows = attributes.map(({ handle, endHandle, type, properties, value }) =>
      [handle, endHandle, type.slice(0, 8), properties, value && toHex(value).slice(0, 16)].join(
        ' ',
      ),
    );
    expect(rows).toEqual([
      '1 5 2800 0 0018',
      '2 2 2803 0 020300002a',
      '3 3 2a00 2 70686f6e656b6579',
      '4 4 2803 0 020500012a',
      '5 5 2a01 2 c108',
      '6 9 2800 0 0118',
      '7 7 2803 0 200800052a',
      '8 8 2a05 32 ',
      '9 9 2902 32 ',
      '10 17 2800 0 107d2b6e0c1f439a',
      '11 11 2803 0 0c0c00107d2b6e0c',
      '12 12 9d1f5a01 12 ',
      '13 13 2803 0 100e00107d2b6e0c',
      '14 14 9d1f5a02 16 ',
      '15 15 2902 16 ',
      '16 16 2803 0 021100107d2b6e0c',
      '17 17 9d1f5a03 2 01',
    ]);
  });

  it.each([notifying, indicating])(
    'lie in the row that phones remember, of profile %#',
    (profile) => {
      const { attributes } = tableOf(indicating, profile);
      const service = attributes.findLast(({ type }) => type === '2800');
      const first = (service?.handle ?? 0) + 1;
      const { characteristics, configurationAt, lastAt } = layoutOf(profile);
      const declarations = attributes
        .filter(({ handle, type }) => handle >= first && type === '2803')
        .map(({ handle, value = new Uint8Array() }) => {
          const { uuid, ...declared } = CharacteristicDeclaration.read(value);
          return { startHandle: handle, ...declared, uuid: bareUuid(uuidText(uuid)) };
        });
      expect(declarations).toEqual(
        characteristics.map(({ uuid, at, properties }) => ({
          uuid,
          properties,
          startHandle: first + at,
          valueHandle: first + at + 1,
        })),
      );
      expect(attributes[first + configurationAt - 1]?.type).toBe('2902');
      expect([service?.endHandle, attributes.length]).toEqual([first + lastAt, first + lastAt]);
      expect(rowOf(declarations, profile)).toBe(profile === notifying ? first : undefined);
    },
  );
});
