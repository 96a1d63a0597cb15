import type { GattProperty } from '../link/gatt-profile.js';
import type { Stack } from './stack.js';

/** The part of @abandonware/bleno that the adapter uses; the calls are answered by events. */
export interface Bleno extends Stack {
  /** Takes what `BlenoServiceOptions` says; the package's types want its own classes. */
  readonly PrimaryService: new (...args: never[]) => object;
  /** The class of its characteristics. */
  readonly Characteristic: BlenoCharacteristicClass;
  /** Answered by 'servicesSet' or 'servicesSetError'. */
  setServices(services: readonly object[]): void;
  /** Answered by 'advertisingStart' or 'advertisingStartError'. */
  startAdvertisingWithEIRData(advertisingData: Buffer, scanResponse: Buffer): void;
  /** Likewise. */
  startAdvertising(name: string, serviceUuids: readonly string[]): void;
  /** Answered by 'advertisingStop'. */
  stopAdvertising(): void;
  /** Answered by 'disconnect'; by nothing where no central is connected. */
  disconnect(): void;
}

/** A service as bleno takes it. */
export interface BlenoServiceOptions {
  /** 32 hex digits without dashes. */
  readonly uuid: string;
  /** Made by its `Characteristic`. */
  readonly characteristics: readonly object[];
}

/** bleno's class of characteristics. */
export interface BlenoCharacteristicClass {
  new (options: BlenoCharacteristicOptions): object;
  /** ATT: no error. */
  readonly RESULT_SUCCESS: number;
  /** ATT error 0x0d. */
  readonly RESULT_INVALID_ATTRIBUTE_LENGTH: number;
}

/** A characteristic as bleno takes it. */
export interface BlenoCharacteristicOptions {
  /** 32 hex digits without dashes. */
  readonly uuid: string;
  /** One or more. */
  readonly properties: readonly GattProperty[];
  /** A constant value; bleno answers reads of it, at any offset. */
  readonly value?: Buffer;
  /** The central has written; `callback` wants an ATT error code. */
  onWriteRequest?(
    data: Buffer,
    offset: number,
    withoutResponse: boolean,
    callback: (result: number) => void,
  ): void;
  /** `maxValueSize` is the ATT MTU less 3; `update` notifies or indicates. */
  onSubscribe?(maxValueSize: number, update: (value: Buffer) => void): void;
  /** It wants no more, or has gone. */
  onUnsubscribe?(): void;
  /** A notification was handed to the controller. */
  onNotify?(): void;
  /** The central has confirmed an indication. */
  onIndicate?(): void;
}

/** A loaded bleno. `close` frees everything it holds. */
export interface LoadedBleno {
  /** The stack, or what behaves as it does. */
  readonly bleno: Bleno;
  /** Called once, when the peripheral is closed. */
  close(): void | Promise<void>;
}
