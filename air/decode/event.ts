import type { Direction } from '../capture/btsnoop.js';
import type { AdvertisingData } from './advertising-data.js';
import type { AttributeValue, End } from './att-decoder.js';
import type { Fields } from './fields.js';
import type { FollowedParameters, LinkChange } from './link-events.js';

/** Somebody on the air. */
export interface Party {
  /**
   * For people: the label (`h4 (lock)` where it advertises another name, `h4 #2` where several have the label), or
   * else the address, or else `controller 0`; `?` when nobody knows.
   */
  readonly name: string;
  /** aa:bb:cc:dd:ee:ff; null when nobody knows. */
  readonly address: string | null;
}

/** Of an event on a link: which one, between whom. */
export interface OnLink {
  /** Counts the links that were seen. */
  readonly link: number;
  /** The end that asked for the link. */
  readonly central: Party;
  /** The end that had advertised. */
  readonly peripheral: Party;
}

/** Of a PDU: who sent it, and what it says. */
export interface FromEnd extends OnLink {
  /** Who sent it. */
  readonly from: End;
  /** Of the PDU, as the Core Specification has it. */
  readonly name: string;
  /** What it says; values of attributes are lengths. */
  readonly fields: Fields;
  /** Bytes at its end that the capture did not keep. */
  readonly cut?: number;
}

/** An error code of HCI, and what it says. */
export interface Reason {
  /** The code (Vol 1 Part F). */
  readonly status: number;
  /** Its name there, in lower case. */
  readonly reason: string;
}

/** `DecodedEvent` without its time. */
export type DecodedDetail =
  | { readonly type: 'powered-on'; readonly device: Party }
  | { readonly type: 'powered-off'; readonly device: Party }
  /** For the first time, or with other data than before; not at every interval. */
  | {
      readonly type: 'advertising';
      readonly device: Party;
      /** Under which it does; null where its controller makes private addresses up. */
      readonly advertised: string | null;
      readonly connectable: boolean;
      readonly scannable: boolean;
      readonly extended: boolean;
      readonly data: AdvertisingData;
      readonly scanResponse?: AdvertisingData;
    }
  | { readonly type: 'scan-response'; readonly device: Party; readonly data: AdvertisingData }
  | { readonly type: 'advertising-stopped'; readonly device: Party }
  | ({ readonly type: 'connected' } & OnLink & FollowedParameters)
  | ({ readonly type: 'not-connected'; readonly device: Party } & Reason)
  | (LinkChange & OnLink)
  | ({ readonly type: 'encryption-failed' } & Reason & OnLink)
  | ({ readonly type: 'att'; readonly opcode: number } & FromEnd)
  /** Anything over a channel that is not ATT. */
  | ({ readonly type: 'l2cap'; readonly channel: number } & FromEnd)
  /** What was there of a PDU whose rest never came, or into whose header the capture has cut. */
  | ({ readonly type: 'unfinished' } & FromEnd)
  | ({ readonly type: 'disconnected' } & Reason & OnLink)
  /** A packet that is told as it is: the capture has cut it, or has it in the wrong direction, or it is not of LE. */
  | {
      readonly type: 'packet';
      readonly device: Party;
      /** As the capture has it. */
      readonly direction: Direction;
      readonly name: string;
      readonly fields: Fields;
      readonly cut?: number;
      readonly wrongDirection?: true;
    }
  /** A packet, or a PDU of several, that is not what it claims to be. */
  | { readonly type: 'malformed'; readonly device: Party; readonly what: string };

/** Something that happened on the air, ready for JSON. Values of attributes are lengths here. */
export type DecodedEvent = { readonly time: number } & DecodedDetail;

/** An event, and the values that it carried for who can read them. */
export interface ReportedEvent {
  /** Ready for JSON, without any value. */
  readonly event: DecodedEvent;
  /** What was written, notified or indicated; none for events that carry none. */
  readonly values: readonly AttributeValue[];
}
