import type { Link, LinkEnd } from './link.js';
import type { Position } from './path-loss.js';
import type { AdvertisingPdu, AirPdu, ConnectRequest } from './pdu.js';

/** What the medium tells a radio. Every call comes from a turn of its own, `accept` aside. */
export interface LinkLayer {
  /** A PDU was heard at `rssi` dBm (rounded). */
  receive(pdu: AirPdu, from: Station, rssi: number): void;
  /** A central asks for a link. True accepts it: `linkUp` follows at both ends. Must not send. */
  accept(request: ConnectRequest): boolean;
  /** The own request was not heard or not accepted. */
  refused(request: ConnectRequest): void;
  linkUp(end: LinkEnd, request: ConnectRequest): void;
}

/** One radio on the medium. Changed by the medium only. */
export interface Station {
  readonly linkLayer: LinkLayer;
  position: Position;
  /** dBm. */
  txPower: number;
  /** The weakest signal that is received, dBm. */
  readonly sensitivity: number;
  /** False once it has left for good. */
  present: boolean;
  /** Scanning or initiating. */
  listening: boolean;
  advertising: AdvertisingState | undefined;
  readonly links: Set<Link>;
}

export interface AdvertisingState {
  readonly pdu: AdvertisingPdu;
  readonly intervalMs: number;
}
