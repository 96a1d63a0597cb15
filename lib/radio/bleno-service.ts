import { bareUuid, characteristicsOf } from '../link/gatt-profile.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Bleno, BlenoCharacteristicOptions, BlenoServiceOptions } from './bleno-types.js';

type Handlers = Omit<BlenoCharacteristicOptions, 'uuid' | 'properties' | 'value'>;

/** As BlenoCharacteristicOptions has them, after the handle of the connection, which only @stoprocent's bleno gives. */
const withoutConnection = ({ onWriteRequest, onSubscribe, ...others }: Handlers): object => ({
  ...others,
  ...(onWriteRequest && {
    onWriteRequest: (...given: [unknown, ...Parameters<typeof onWriteRequest>]) => {
      onWriteRequest(...(given.slice(-4) as Parameters<typeof onWriteRequest>));
    },
  }),
  ...(onSubscribe && {
    onSubscribe: (...given: [unknown, ...Parameters<typeof onSubscribe>]) => {
      onSubscribe(...(given.slice(-2) as Parameters<typeof onSubscribe>));
    },
  }),
});

/** The GATT service of a profile as a bleno object. */
export const primaryService = (
  bleno: Bleno,
  profile: GattProfile,
  { toCar, fromCar }: Readonly<Record<'toCar' | 'fromCar', Handlers>>,
): object => {
  const { Characteristic } = bleno;
  const PrimaryService = bleno.PrimaryService as new (options: BlenoServiceOptions) => object;
  const handlers = { [profile.toCar.uuid]: toCar, [profile.fromCar.uuid]: fromCar };
  return new PrimaryService({
    uuid: bareUuid(profile.service),
    characteristics: characteristicsOf(profile).map(
      ({ uuid, properties, value }) =>
        new Characteristic({
          uuid: bareUuid(uuid),
          properties,
          ...(value === undefined ? {} : { value: Buffer.from(value) }),
          ...withoutConnection(handlers[uuid] ?? {}),
        }),
    ),
  });
};
