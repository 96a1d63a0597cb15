import { PhoneKeyError } from '../errors.js';
import { bareUuid, characteristicsOf } from '../link/gatt-profile.js';
import type { GattProfile, GattProperty } from '../link/gatt-profile.js';
import { perObject } from '../platform/per-object.js';

/** Bits of the properties of a characteristic (Core, Vol 3 Part G 3.3.1.1). */
export const PropertyBit = {
  read: 0x02,
  writeWithoutResponse: 0x04,
  write: 0x08,
  notify: 0x10,
  indicate: 0x20,
} as const satisfies Readonly<Record<GattProperty, number>>;

export const propertyBits = (properties: readonly GattProperty[]): number =>
  properties.reduce((all, property) => all | PropertyBit[property], 0);

/**
 * The attributes of a profile as most servers have them, in a row (docs/PROTOCOL.md, section 2): of each
 * characteristic the declaration and the value, then the configuration of the one that tells something.
 * One number says where all of them are: the ATT handle of the first, from which places are counted.
 */
export const layoutOf = perObject((profile: GattProfile) => {
  let next = 0;
  /**
   * Of `fromCar`. Nothing else can be there: what notifies has one (Vol 3 Part G 3.3.3.3), and the next
   * declaration leaves room for no more.
   */
  let configurationAt = 0;
  const characteristics = characteristicsOf(profile).map(({ uuid, properties }) => {
    const at = next;
    next += 2;
    if (uuid === profile.fromCar.uuid) configurationAt = next++;
    return { uuid: bareUuid(uuid), at, properties: propertyBits(properties) };
  });
  const uuids = characteristics.map(({ uuid }) => uuid);
  return { characteristics, uuids, configurationAt, lastAt: next - 1 };
});

/** The declaration of a characteristic, as a server tells it (Core, Vol 3 Part G 3.3.1). */
export interface Declaration {
  /** 32 hex digits, or 4. */
  readonly uuid: string;
  /** Bits. */
  readonly properties: number;
  readonly startHandle: number;
  readonly valueHandle: number;
}

/**
 * Whether a row could begin at this handle: 1 to 0xfff9 for seven attributes. None where the configuration
 * is the last of them: then nothing tells that it is there.
 */
export const isRowHandle = (value: unknown, profile: GattProfile): value is number => {
  const { configurationAt, lastAt } = layoutOf(profile);
  if (configurationAt === lastAt || typeof value !== 'number') return false;
  return Number.isInteger(value) && value >= 1 && value + lastAt <= 0xffff;
};

/** Where the row begins; undefined when these are not in one. */
export const rowOf = (
  declarations: readonly Declaration[],
  profile: GattProfile,
): number | undefined => {
  const { characteristics } = layoutOf(profile);
  const [toCar] = characteristics;
  const first = declarations.find(({ uuid }) => uuid === toCar?.uuid)?.startHandle;
  if (!isRowHandle(first, profile)) return undefined;
  const complete = characteristics.every(({ uuid, at, properties }) =>
    declarations.some(
      (each) =>
        each.uuid === uuid &&
        each.startHandle === first + at &&
        each.valueHandle === first + at + 1 &&
        (each.properties & properties) !== 0,
    ),
  );
  return complete ? first : undefined;
};

/** The error for a device that lacks something of the profile. */
export const notThere = (missing: string): PhoneKeyError =>
  new PhoneKeyError('radio.connect-failed', `the device has no ${missing}`, {
    temporary: false,
    hint: 'This is not a phonekey car, or it speaks another version.',
  });
