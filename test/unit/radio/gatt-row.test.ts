import { describe, expect, it } from '@jest/globals';
import { bareUuid } from '../../../lib/link/gatt-profile.js';
import type { GattProfile } from '../../../lib/link/gatt-profile.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { isRowHandle, layoutOf, rowOf } from '../../../lib/radio/gatt-row.js';
import type { Declaration } from '../../../lib/radio/gatt-row.js';
import { declarationsAt } from './noble-setup.js';

const declared = (uuid: string, startHandle: number, properties: number) => ({
  uuid: bareUuid(uuid),
  startHandle,
  valueHandle: startHandle + 1,
  properties,
});

describe('a row of characteristics', () => {
  const [toCar, fromCar, info] = declarationsAt(11) as [Declaration, Declaration, Declaration];

  it.each([1, 11, 0xfff9])('is known by its first handle, %d', (first) => {
    expect(rowOf(declarationsAt(first), nativeProfile)).toBe(first);
    expect(isRowHandle(first, nativeProfile)).toBe(true);
    expect(layoutOf(nativeProfile)).toMatchObject({ configurationAt: 4, lastAt: 6 });
  });

  it('may come in any order, among others, and its values may allow more', () => {
    const other = declared('2a00', 9, 0xff);
    const more = { ...toCar, properties: 0xff };
    expect(rowOf([info, other, more, fromCar], nativeProfile)).toBe(11);
    expect(rowOf([{ ...toCar, properties: 0x04 }, fromCar, info], nativeProfile)).toBe(11);
  });

  it('is none where a declaration is missing, elsewhere, or allows too little', () => {
    for (const declarations of [
      [],
      [toCar, fromCar],
      [fromCar, info],
      [toCar, fromCar, { ...info, uuid: '2a00' }],
      // A descriptor more, or no room for the configuration.
      [toCar, fromCar, declared(nativeProfile.info.uuid, 17, 0x02)],
      [toCar, fromCar, declared(nativeProfile.info.uuid, 15, 0x02)],
      [toCar, { ...fromCar, valueHandle: 15 }, info],
      [{ ...toCar, properties: 0x02 }, fromCar, info],
      [toCar, { ...fromCar, properties: 0x20 }, info],
      [toCar, fromCar, { ...info, properties: 0x08 }],
      declarationsAt(0),
      declarationsAt(-1),
      declarationsAt(0xfffa),
    ]) {
      expect(rowOf(declarations, nativeProfile)).toBeUndefined();
    }
  });

  it('is none where the configuration is the last attribute', () => {
    const { service, ...rest } = nativeProfile;
    const profile: GattProfile = { service, toCar: rest.toCar, fromCar: rest.fromCar };
    expect(rowOf([toCar, fromCar], profile)).toBeUndefined();
    expect(isRowHandle(11, profile)).toBe(false);
  });

  it.each([undefined, null, '11', NaN, 0, -1, 1.5, 0xfffa, 2 ** 32, Infinity])(
    'does not begin at %p',
    (value) => {
      expect(isRowHandle(value, nativeProfile)).toBe(false);
    },
  );
});
