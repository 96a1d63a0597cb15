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
import { positionAt, standing, walking } from './motion.js';
import type { AirPdu, ConnectRequest } from './pdu.js';
import type { AdvertisingTrain, LinkLayer, ScanWindow, Station } from './station.js';

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
  readonly #trains = new Map<AdvertisingTrain, { from: Station; cancel: Cancel | undefined }>();
  #stations = 0;

  constructor(options: MediumOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.defer = options.defer ?? ((deliver) => void setImmediate(deliver));
    this.#pathLoss = options.pathLoss ?? DEFAULT_PATH_LOSS;
  }

  join(linkLayer: LinkLayer, placement: Placement = {}): Station {
    return {
      id: this.#stations++,
      linkLayer,
      motion: standing(placement.position ?? { x: 0, y: 0 }, this.clock.now()),
      txPower: placement.txPower ?? DEFAULT_TX_POWER,
      sensitivity: placement.sensitivity ?? DEFAULT_SENSITIVITY,
      present: true,
      listening: [],
      advertising: new Map(),
      links: new Set(),
    };
  }

  /** Takes a station off the air for good. Its peers find out by their supervision timeouts. */
  leave(station: Station): void {
    station.present = false;
    this.listen(station, []);
    for (const set of [...station.advertising.keys()]) this.advertise(station, set, undefined);
    this.#checkLinks(station);
  }

  /** Where the station is now. */
  position(station: Station): Position {
    return positionAt(station.motion, this.clock.now());
  }

  move(station: Station, position: Position): void {
    station.motion = standing(position, this.clock.now());
    this.#checkLinks(station);
  }

  /** Sets it walking in a straight line. @param speed metres in a second, above 0 */
  walk(station: Station, to: Position, speed: number): void {
    station.motion = walking(this.position(station), to, speed, this.clock.now());
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

  /** When the station listens on the advertising channels from now on: never, without a window. */
  listen(station: Station, windows: readonly ScanWindow[]): void {
    station.listening = windows;
    if (windows.length === 0) {
      this.#listeners.delete(station);
      return;
    }
    this.#listeners.add(station);
    for (const [train, { from, cancel }] of this.#trains) {
      if (from === station) continue;
      this.send(from, station, train.pdu);
      if (cancel === undefined) this.#arm(from, train);
    }
  }

  /**
   * Advertises, at once and then at each interval; or changes or (undefined) stops that. A station may
   * have several sets, which are told apart by number.
   */
  advertise(station: Station, set: number, train: AdvertisingTrain | undefined): void {
    const before = station.advertising.get(set);
    if (before !== undefined) {
      this.#trains.get(before)?.cancel?.();
      this.#trains.delete(before);
      station.advertising.delete(set);
    }
    if (train === undefined) return;
    station.advertising.set(set, train);
    this.#advertisingEvent(station, train);
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

  #advertisingEvent(from: Station, train: AdvertisingTrain): void {
    for (const listener of this.#listeners) {
      if (listener !== from) this.send(from, listener, train.pdu);
    }
    this.#arm(from, train);
    if (train.sent !== undefined) this.defer(train.sent);
  }

  /** Without a listener no timer runs: an air on which nobody scans is idle. */
  #arm(from: Station, train: AdvertisingTrain): void {
    const idle = this.#listeners.size === 0 && train.sent === undefined;
    const cancel = idle
      ? undefined
      : this.clock.after(train.intervalMs, () => {
          this.#advertisingEvent(from, train);
        });
    this.#trains.set(train, { from, cancel });
  }

  #power(from: Station, to: Station): number {
    const metres = distance(this.position(from), this.position(to));
    return receivedPower(this.#pathLoss, from.txPower, metres);
  }

  #checkLinks(station: Station): void {
    for (const link of [...station.links]) link.check();
  }
}
