import type { Bleno, BlenoServiceOptions } from './bleno-types.js';
import { bareUuid, FROM_CAR_UUID, INFO_UUID, SERVICE_UUID, TO_CAR_UUID } from './gatt.js';

/** Longest attribute value (Core, Vol 3 Part F 3.2.9). */
const MAX_VALUE_BYTES = 512;

export interface ServiceEvents {
  /** A phone wrote 1 to 512 bytes to `toCar`. */
  written(chunk: Uint8Array): void;
  /** A phone wrote more than an attribute can have. */
  tooLong(): void;
  /** `mtu` is the ATT MTU in bytes; `notify` sends a notification of at most mtu - 3 bytes. */
  subscribed(mtu: number, notify: (value: Buffer) => void): void;
  unsubscribed(): void;
  /** A notification was handed to the controller. */
  notified(): void;
}

/** The phonekey GATT service as a bleno object. */
export const primaryService = (bleno: Bleno, info: Uint8Array, events: ServiceEvents): object => {
  const { Characteristic } = bleno;
  const PrimaryService = bleno.PrimaryService as new (options: BlenoServiceOptions) => object;
  const toCar = new Characteristic({
    uuid: bareUuid(TO_CAR_UUID),
    properties: ['write', 'writeWithoutResponse'],
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
  });
  const fromCar = new Characteristic({
    uuid: bareUuid(FROM_CAR_UUID),
    properties: ['notify'],
    onSubscribe: (maxValueSize, notify) => {
      events.subscribed(maxValueSize + 3, notify);
    },
    onUnsubscribe: () => {
      events.unsubscribed();
    },
    onNotify: () => {
      events.notified();
    },
  });
  const infoValue = new Characteristic({
    uuid: bareUuid(INFO_UUID),
    properties: ['read'],
    value: Buffer.from(info),
  });
  return new PrimaryService({
    uuid: bareUuid(SERVICE_UUID),
    // In the order of gatt-row.ts, which phones remember.
    characteristics: [toCar, fromCar, infoValue],
  });
};

/** Characteristic 0x2A00 of every car; bleno gives the host's name to anybody who reads it otherwise. */
const DEVICE_NAME = 'phonekey';

/** Runs `body`, in which bleno sets its services, with the device name in bleno's environment. */
export const withDeviceName = (body: () => void): void => {
  const { BLENO_DEVICE_NAME: before } = process.env;
  process.env['BLENO_DEVICE_NAME'] = before ?? DEVICE_NAME;
  try {
    body();
  } finally {
    if (before === undefined) delete process.env['BLENO_DEVICE_NAME'];
  }
};
