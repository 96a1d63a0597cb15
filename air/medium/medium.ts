import { systemClock, type Cancel, type Clock } from '../../lib/platform/clock.js';
import { Link } from './link.js';
import {
  DEFAULT_PATH_LOSS,
  DEFAULT_SENSITIVITY,
  DEFAULT_TX_POWER,
  distance,
  receivedPower,
  type PathLoss,
  type Position,
} from './path-loss.js';
import type { AirPdu, ConnectRequest } from './pdu.js';
import type { AdvertisingState, LinkLayer, Station } from './station.js';

export interface MediumOptions {
  /** For advertising intervals and supervision timeouts (default: the machine's clock). */
  readonly clock?: Clock;
  /** Runs a delivery in a turn of its own, in the order of the calls (default: setImmediate). */
  readonly defer?: (deliver: () => void) => void;
  readonly pathLoss?: PathLoss;
}

export interface Placement {
  /** Metres (default 0, 0). */
  readonly position?: Position;
  /** dBm (default 0). */
  readonly txPower?: number;
  /** dBm (default -90). */
  readonly sensitivity?: number;
}

/**
 * The air between stations, in mode `instant`: what is sent arrives in the next turn or never, and
 * only advertising intervals and supervision timeouts take time. Nobody is ever called from inside
 * their own call.
 */
export class Medium {
  readonly clock: Clock;
  readonly defer: (deliver: () => void) => void;
  readonly #pathLoss: PathLoss;
  readonly #listeners = new Set<Station>();
  readonly #advertisers = new Map<Station, { readonly cancel: Cancel | undefined }>();

  constructor(options: MediumOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.defer = options.defer ?? ((deliver) => void setImmediate(deliver));
    this.#pathLoss = options.pathLoss ?? DEFAULT_PATH_LOSS;
  }

  join(linkLayer: LinkLayer, placement: Placement = {}): Station {
    return {
      linkLayer,
      position: placement.position ?? { x: 0, y: 0 },
      txPower: placement.txPower ?? DEFAULT_TX_POWER,
      sensitivity: placement.sensitivity ?? DEFAULT_SENSITIVITY,
      present: true,
      listening: false,
      advertising: undefined,
      links: new Set(),
    };
  }

  /** Takes a station off the air for good. Its peers find out by their supervision timeouts. */
  leave(station: Station): void {
    station.present = false;
    this.listen(station, false);
    this.advertise(station, undefined);
    this.#checkLinks(station);
  }

  move(station: Station, position: Position): void {
    station.position = position;
    this.#checkLinks(station);
  }

  setTxPower(station: Station, dbm: number): void {
    station.txPower = dbm;
    this.#checkLinks(station);
  }

  /** Signal strength in dBm, rounded, at which `to` receives `from`. */
  rssi(from: Station, to: Station): number {
    return Math.max(-127, Math.min(20, Math.round(this.#power(from, to))));
  }

  /** True when `to` can hear `from`. */
  hears(to: Station, from: Station): boolean {
    return from.present && to.present && this.#power(from, to) >= to.sensitivity;
  }

  inReach(a: Station, b: Station): boolean {
    return this.hears(a, b) && this.hears(b, a);
  }

  /** Starts or stops listening on the advertising channels. Who advertises is heard at once. */
  listen(station: Station, listening: boolean): void {
    station.listening = listening;
    if (!listening) {
      this.#listeners.delete(station);
      return;
    }
    this.#listeners.add(station);
    for (const [advertiser, { cancel }] of this.#advertisers) {
      if (advertiser.advertising === undefined || advertiser === station) continue;
      this.send(advertiser, station, advertiser.advertising.pdu);
      if (cancel === undefined) this.#arm(advertiser);
    }
  }

  /** Starts advertising, at once and then at each interval; or changes or (undefined) stops it. */
  advertise(station: Station, state: AdvertisingState | undefined): void {
    station.advertising = state;
    this.#advertisers.get(station)?.cancel?.();
    this.#advertisers.delete(station);
    if (state !== undefined) this.#advertisingEvent(station);
  }

  /** Sends a PDU to one station, which gets it if it hears `from` when it arrives. */
  send(from: Station, to: Station, pdu: AirPdu): void {
    this.defer(() => {
      if (this.hears(to, from)) to.linkLayer.receive(pdu, from, this.rssi(from, to));
    });
  }

  /** Asks `to`, whose advertising was heard, for a link. Ends in `linkUp` at both, or in `refused`. */
  connect(from: Station, to: Station, request: ConnectRequest): void {
    this.defer(() => {
      if (!this.inReach(from, to) || !to.linkLayer.accept(request)) {
        this.defer(() => {
          from.linkLayer.refused(request);
        });
        return;
      }
      const link = new Link(this, from, to, request.parameters);
      this.defer(() => {
        to.linkLayer.linkUp(link.peripheral, request);
      });
      this.defer(() => {
        from.linkLayer.linkUp(link.central, request);
      });
    });
  }

  #advertisingEvent(advertiser: Station): void {
    const state = advertiser.advertising;
    if (state === undefined) return;
    for (const listener of this.#listeners) {
      if (listener !== advertiser) this.send(advertiser, listener, state.pdu);
    }
    this.#arm(advertiser);
  }

  /** Without a listener no timer runs: an air on which nobody scans is idle. */
  #arm(advertiser: Station): void {
    const state = advertiser.advertising;
    if (state === undefined) return;
    const cancel =
      this.#listeners.size === 0
        ? undefined
        : this.clock.after(state.intervalMs, () => {
            this.#advertisingEvent(advertiser);
          });
    this.#advertisers.set(advertiser, { cancel });
  }

  #power(from: Station, to: Station): number {
    const metres = distance(from.position, to.position);
    return receivedPower(this.#pathLoss, from.txPower, metres);
  }

  #checkLinks(station: Station): void {
    for (const link of [...station.links]) link.check();
  }
}
