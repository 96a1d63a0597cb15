/**
 * What the messages of a dialect go over: a GATT service with a characteristic for each direction, and
 * sometimes one that says what the car speaks. UUIDs have 128 bits, in lower case with dashes.
 */
export interface GattProfile {
  /** UUID of the service. */
  readonly service: string;
  /** Phone to car. */
  readonly toCar: {
    readonly uuid: string;
    readonly properties: readonly ('write' | 'writeWithoutResponse')[];
  };
  /** Car to phone, once the phone has subscribed. */
  readonly fromCar: {
    readonly uuid: string;
    readonly properties: readonly ['notify' | 'indicate'];
  };
  /** For whoever reads it: at most 512 bytes. */
  readonly info?: { readonly uuid: string; readonly value: Uint8Array };
}

/** What a characteristic can do (Core Specification, Vol 3 Part G 3.3.1.1). */
export type GattProperty = 'read' | 'write' | 'writeWithoutResponse' | 'notify' | 'indicate';

/** A characteristic of the service. */
export interface GattCharacteristic {
  /** 128 bits, in lower case with dashes. */
  readonly uuid: string;
  /** One or more. */
  readonly properties: readonly GattProperty[];
  /** A constant. */
  readonly value?: Uint8Array;
}

/** In the order in which a server has them, and phones remember them. */
export const characteristicsOf = ({
  toCar,
  fromCar,
  info,
}: GattProfile): readonly GattCharacteristic[] => [
  toCar,
  fromCar,
  ...(info === undefined ? [] : [{ ...info, properties: ['read'] as const }]),
];

/** Whether the car waits until the phone has confirmed a chunk, before it sends another. */
export const indicates = ({ fromCar }: GattProfile): boolean =>
  fromCar.properties[0] === 'indicate';

/** A UUID as noble and bleno write it: hex digits without dashes. */
export const bareUuid = (uuid: string): string => uuid.replaceAll('-', '');

/** Undoes `bareUuid`; a short UUID stays as it is. */
export const dashedUuid = (bare: string): string =>
  bare.replace(/^(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})$/, '$1-$2-$3-$4-$5');
