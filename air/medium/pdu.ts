import type { Values } from '../../lib/hci/layout.js';
import type { linkParameterFields } from '../../lib/hci/shared.js';
import { addressText } from '../../lib/hci/text.js';
import { sameBytes } from '../../lib/platform/bytes.js';

/** What goes over the advertising channels (Vol 6 Part B 2.3), reduced to what a host can tell apart. */

/** 48-bit device address in the byte order of HCI (little-endian). */
export interface DeviceAddress {
  readonly type: 'public' | 'random';
  /** 6 bytes. */
  readonly bytes: Uint8Array;
}

export const sameAddress = (a: DeviceAddress, b: DeviceAddress): boolean =>
  a.type === b.type && sameBytes(a.bytes, b.bytes);

/** The address type byte of HCI. */
export const addressTypeByte = (address: DeviceAddress): number =>
  address.type === 'random' ? 1 : 0;

/** aa:bb:cc:dd:ee:ff, most significant byte first. */
export const formatAddress = (address: DeviceAddress): string => addressText(address.bytes);

/** A PDU that advertises, with legacy or (`extended`) extended advertising. */
export interface AdvertisingPdu {
  readonly kind: 'advertising';
  /** Undefined: anonymous, which only extended advertising can be. */
  readonly advertiser: DeviceAddress | undefined;
  /** Of directed advertising: whom it is for. */
  readonly target?: DeviceAddress;
  /** At most 31 bytes in a legacy PDU, 1650 in extended ones. */
  readonly data: Uint8Array;
  readonly connectable: boolean;
  readonly scannable: boolean;
  /**
   * Number of the advertising set (default 0). Answers carry it back: a radio knows what is answered by
   * the moment at which the answer comes.
   */
  readonly set?: number;
  readonly extended?: ExtendedHeader;
}

/** What the extended header tells of an advertising set (Vol 6 Part B 2.3.4). */
export interface ExtendedHeader {
  /** Advertising set identifier, 0 to 15. */
  readonly sid: number;
  /** Advertising data identifier, 12 bits: another one means other data. */
  readonly did: number;
  /** 1: LE 1M, 2: LE 2M. */
  readonly secondaryPhy: 1 | 2;
  /** dBm, where the set tells it. */
  readonly txPower?: number;
}

export interface ScanRequestPdu {
  readonly kind: 'scan-request';
  readonly scanner: DeviceAddress;
  readonly advertiser: DeviceAddress;
  readonly set?: number;
}

export interface ScanResponsePdu {
  readonly kind: 'scan-response';
  readonly advertiser: DeviceAddress;
  /** At most 31 bytes in a legacy PDU, 1650 in extended ones. */
  readonly data: Uint8Array;
  readonly set?: number;
  readonly extended?: ExtendedHeader;
}

export type AirPdu = AdvertisingPdu | ScanRequestPdu | ScanResponsePdu;

/** The request that makes a link (CONNECT_IND, AUX_CONNECT_REQ). */
export interface ConnectRequest {
  readonly initiator: DeviceAddress;
  readonly advertiser: DeviceAddress;
  readonly set?: number;
  readonly parameters: LinkParameters;
  /** On which the link begins: 1 is LE 1M (default), 2 is LE 2M. */
  readonly phy?: 1 | 2;
  /** Used channels, 37 bits in 5 bytes (default: all). */
  readonly channelMap?: Uint8Array;
}

/**
 * Connection interval in units of 1.25 ms, connection events that the peripheral may skip, and supervision
 * timeout in units of 10 ms.
 */
export type LinkParameters = Values<typeof linkParameterFields>;
