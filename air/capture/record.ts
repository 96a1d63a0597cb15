import type { Direction } from './btsnoop.js';

/** One H4 packet between a host and its controller, as a tap of an air gives it. */
export interface AirRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The controller's number on this air, from 0; never used again. */
  readonly index: number;
  readonly direction: Direction;
  /** The H4 packet, type byte first. */
  readonly packet: Buffer;
}

/** A controller as a tap introduces it, before its first record. */
export interface AirDevice {
  readonly index: number;
  /** The public device address, aa:bb:cc:dd:ee:ff. */
  readonly address: string;
  /** A name for people; may be empty. */
  readonly label: string;
}
