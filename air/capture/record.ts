import type { Direction } from './btsnoop.js';

/** One H4 packet between a host and its controller, as a tap of an air gives it. */
export interface AirRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The controller's number on this air, from 0; never used again. */
  readonly index: number;
  /** `sent`: from the host to its controller; `received`: from the controller. */
  readonly direction: Direction;
  /** The H4 packet, type byte first. */
  readonly packet: Buffer;
}

/** A controller as a tap introduces it, before its first record. */
export interface AirDevice {
  /** The controller's number on this air, from 0; never used again. */
  readonly index: number;
  /** The public device address, aa:bb:cc:dd:ee:ff. */
  readonly address: string;
  /** A name for people; may be empty. */
  readonly label: string;
}

/** What a tap of an air or a capture gives, in order; times in milliseconds since 1970. */
export type AirEvent =
  /**
   * A controller, before its first record; those that are there when a tap begins come first. Captures of
   * one controller do not introduce it.
   */
  | { readonly type: 'came'; readonly device: AirDevice; readonly time: number }
  | { readonly type: 'record'; readonly record: AirRecord }
  | { readonly type: 'left'; readonly device: AirDevice; readonly time: number };
