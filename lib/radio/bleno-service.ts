import { bareUuid, characteristicsOf } from '../link/gatt-profile.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Bleno, BlenoCharacteristicOptions, BlenoServiceOptions } from './bleno-types.js';

/** Longest attribute value (Core, Vol 3 Part F 3.2.9). */
const MAX_VALUE_BYTES = 512;

export interface ServiceEvents {
  /** A phone wrote 1 to 512 bytes to `toCar`. */
  written(chunk: Uint8Array): void;
  /** A phone wrote more than an attribute can have. */
  tooLong(): void;
  /** `mtu` is the ATT MTU in bytes; `tell` notifies or indicates at most mtu - 3 bytes. */
  subscribed(mtu: number, tell: (value: Buffer) => void): void;
  readonly unsubscribed: () => void;
  /** A notification was handed to the controller, or the phone has confirmed an indication. */
  readonly told: () => void;
}

/** The GATT service of a profile as a bleno object. */
export const primaryService = (
  bleno: Bleno,
  profile: GattProfile,
  events: ServiceEvents,
): object => {
  const { Characteristic } = bleno;
  const PrimaryService = bleno.PrimaryService as new (options: BlenoServiceOptions) => object;
  const handlers: Readonly<Record<string, Partial<BlenoCharacteristicOptions>>> = {
    [profile.toCar.uuid]: {
      onWriteRequest: (data, _offset, _withoutResponse, callback) => {
        // Answered before anybody looks at it: bleno must not answer a phone that was disconnected
        // meanwhile, and what the protocol thinks of the bytes is not told by an ATT error.
        const fits = data.length <= MAX_VALUE_BYTES;
        callback(
          fits ? Characteristic.RESULT_SUCCESS : Characteristic.RESULT_INVALID_ATTRIBUTE_LENGTH,
        );
        if (!fits) events.tooLong();
        else if (data.length > 0) events.written(data);
      },
    },
    [profile.fromCar.uuid]: {
      onSubscribe: (maxValueSize, tell) => {
        events.subscribed(maxValueSize + 3, tell);
      },
      onUnsubscribe: events.unsubscribed,
      onNotify: events.told,
      onIndicate: events.told,
    },
  };
  return new PrimaryService({
    uuid: bareUuid(profile.service),
    characteristics: characteristicsOf(profile).map(
      ({ uuid, properties, value }) =>
        new Characteristic({
          uuid: bareUuid(uuid),
          properties,
          ...(value === undefined ? {} : { value: Buffer.from(value) }),
          ...handlers[uuid],
        }),
    ),
  });
};
