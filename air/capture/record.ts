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
  /** Random addresses that its host uses, of one that is there when a tap begins. */
  readonly random?: readonly string[];
  /** The name that it advertises or advertised last, likewise. */
  readonly advertised?: string;
}

/** An advertising set that is on the air. */
export interface FoundSet {
  /** Its handle, or `legacy`. */
  readonly name: string;
  /** Whether it takes connections. */
  readonly connectable: boolean;
  /** Whether it answers those who ask. */
  readonly scannable: boolean;
  /** Sent in extended PDUs. */
  readonly extended: boolean;
  /** 0 public, 1 random, 2 and 3 a resolvable private address of the controller's own making. */
  readonly ownAddressType: number;
  /** Its advertising data; structures as on the air. */
  readonly data: Uint8Array;
  /** For those who ask; empty where there is none. */
  readonly scanResponse: Uint8Array;
}

/** A link that is up. */
export interface FoundLink {
  /** The connection handle, 0 to 0x0eff. */
  readonly handle: number;
  /** Of this controller. */
  readonly role: 'central' | 'peripheral';
  /** The peer's address as it is used on the link. */
  readonly peer: string;
  /** Connection interval in milliseconds. */
  readonly intervalMs: number;
  /** Connection events that the peripheral may skip. */
  readonly latency: number;
  /** Supervision timeout in milliseconds. */
  readonly timeoutMs: number;
}

/** What is going on at a controller when a tap begins, which no packet will tell. */
export interface AirFound {
  /** The controller's number on this air. */
  readonly index: number;
  /** What it advertises. */
  readonly sets: readonly FoundSet[];
  /** Its links. */
  readonly links: readonly FoundLink[];
}

/** What a tap of an air or a capture gives, in order; times in milliseconds since 1970. */
export type AirEvent =
  /**
   * A controller, before its first record; those that are there when a tap begins come first. Captures of
   * one controller do not introduce it.
   */
  | { readonly type: 'came'; readonly device: AirDevice; readonly time: number }
  /** After the controllers that are there when a tap begins; no part of captures. */
  | { readonly type: 'found'; readonly found: AirFound; readonly time: number }
  | { readonly type: 'record'; readonly record: AirRecord }
  | { readonly type: 'left'; readonly device: AirDevice; readonly time: number };

/** As a capture has it. */
export interface CapturedRecord extends AirRecord {
  /** Bytes at the end of the packet that were not kept, where there are any. */
  readonly cut?: number;
}

/** What a capture gives: what passed, and notes of the program that wrote it. */
export type CaptureEvent =
  | Exclude<AirEvent, { type: 'record' }>
  | { readonly type: 'record'; readonly record: CapturedRecord }
  | {
      readonly type: 'note';
      readonly time: number;
      readonly name: string;
      readonly bytes: number;
    };

/** The event of a record of which `cut` bytes were not kept. */
export const recordEvent = (record: AirRecord, cut: number): CaptureEvent => ({
  type: 'record',
  record: cut === 0 ? record : { ...record, cut },
});
