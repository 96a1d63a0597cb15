import type { LinkEnd } from '../medium/air-link.js';
import type { Medium, Placement } from '../medium/medium.js';
import type { Position } from '../medium/path-loss.js';
import { formatAddress } from '../medium/pdu.js';
import type { AirPdu, ConnectRequest, DeviceAddress } from '../medium/pdu.js';
import type { Station } from '../medium/station.js';

/** Given by the air to the stations that it makes. */
export interface SimContext {
  readonly medium: Medium;
  readonly address: DeviceAddress;
  /** The station has left the air. */
  readonly onClose: () => void;
}

/** A radio with a place on the air and no controller: what SimCentral and SimPeripheral share. */
export abstract class SimStation {
  /** aa:bb:cc:dd:ee:ff. */
  readonly address: string;
  protected readonly medium: Medium;
  protected readonly station: Station;
  readonly #onClose: () => void;

  constructor({ medium, address, onClose }: SimContext, placement: Placement) {
    this.address = formatAddress(address);
    this.medium = medium;
    this.#onClose = onClose;
    this.station = medium.join(
      {
        receive: (pdu, from, rssi) => {
          this.heard(pdu, from, rssi);
        },
        accept: (request) => this.accepts(request),
        refused: (request) => {
          this.refused(request);
        },
        linkUp: (end, request) => {
          this.linkUp(end, request);
        },
      },
      placement,
    );
  }

  /** Where it is now, in metres. */
  get position(): Position {
    return this.medium.position(this.station);
  }

  /** Puts it there at once. */
  moveTo(x: number, y: number): void {
    this.medium.move(this.station, { x, y });
  }

  /** Sets it walking there in a straight line. @param speed metres in a second, above 0 */
  walkTo(to: Position, speed: number): void {
    this.medium.walk(this.station, to, speed);
  }

  /** Signal strength in dBm at which this station receives `other` now. */
  rssi(other: SimStation): number {
    return this.medium.rssi(other.station, this.station);
  }

  /** Off without a word: its peers lose their links by supervision timeout. It stays off. */
  powerOff(): void {
    this.medium.leave(this.station);
    this.#onClose();
  }

  protected abstract heard(pdu: AirPdu, from: Station, rssi: number): void;
  protected abstract accepts(request: ConnectRequest): boolean;
  protected abstract refused(request: ConnectRequest): void;
  protected abstract linkUp(end: LinkEnd, request: ConnectRequest): void;
}
