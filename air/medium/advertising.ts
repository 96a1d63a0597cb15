import type { Cancel } from '../../lib/platform/clock.js';
import { packetBytes, packetMs } from './airtime.js';
import { Listeners } from './listeners.js';
import type { Propagation } from './propagation.js';
import { HOPELESS_MARGIN, packetErrorRate } from './reception.js';
import type { AdvertisingTrain, ScanWindow, Station } from './station.js';
import type { AirPdu } from './pdu.js';
import type { AirTime } from './time.js';

interface AdvertisingConditions {
  readonly time: AirTime;
  readonly propagation: Propagation;
  /** Paced: events have a random delay, receivers have windows, packets take time and may be lost. */
  readonly paced: boolean;
  /** Share of packets that are lost by fault, 0 to 1. */
  readonly loss: () => number;
  /** A random number, from 0 to below 1. */
  readonly unit: () => number;
}

/** advDelay is between 0 and 10 ms (Vol 6 Part B 4.4.2.2). */
const MOST_DELAY_MS = 10;

/** Payload of a request for a link: two addresses and its parameters (Vol 6 Part B 2.3.3.1). */
const REQUEST_BYTES = 34;

/** On an instant air windows do not count. */
const ALWAYS: ScanWindow = { intervalMs: 1, windowMs: 1 };

interface Train {
  readonly from: Station;
  readonly set: AdvertisingTrain;
  /** Runs the next event. */
  readonly event: () => void;
  /** That of the next event; undefined while nobody listens. */
  cancel: Cancel | undefined;
  over: boolean;
}

/**
 * The advertising channels. The three of them are one here: an advertiser uses all in each event, and
 * a listener hears it whichever one it is on. Transmissions of others do not disturb.
 */
export class AdvertisingChannels {
  readonly listeners: Listeners;
  readonly #trains = new Map<AdvertisingTrain, Train>();
  /** Those without a timer. */
  readonly #resting = new Set<Train>();

  readonly #conditions: AdvertisingConditions;

  constructor(conditions: AdvertisingConditions) {
    this.#conditions = conditions;
    this.listeners = new Listeners(conditions.time);
  }

  listen(station: Station, windows: readonly ScanWindow[]): void {
    const { paced, unit } = this.#conditions;
    this.listeners.set(station, paced ? windows : windows.map(() => ALWAYS));
    if (windows.length === 0) return;
    if (!paced) {
      for (const { from, set } of this.#trains.values()) {
        if (from !== station) this.send(from, station, set.pdu, set.txPower);
      }
    }
    for (const train of this.#resting) {
      if (train.from !== station) this.#arm(train, paced ? unit() : 1);
    }
  }

  advertise(station: Station, set: number, train: AdvertisingTrain | undefined): void {
    const before = station.advertising.get(set);
    if (before !== undefined) {
      this.#stop(before);
      station.advertising.delete(set);
    }
    if (train === undefined) return;
    const own = { ...train };
    station.advertising.set(set, own);
    this.#start(station, own);
  }

  /** Sends a PDU to one station, which gets it if it hears `from` when it arrives. */
  send(from: Station, to: Station, pdu: AirPdu, txPower?: number): void {
    const { time, paced } = this.#conditions;
    const arrive = (): void => {
      this.#receive(from, to, pdu, txPower);
    };
    if (paced) time.after(packetMs(payloadBytes(pdu), 1), arrive);
    else time.defer(arrive);
  }

  #start(from: Station, set: AdvertisingTrain): void {
    const train: Train = {
      from,
      set,
      event: () => {
        this.#event(train);
      },
      cancel: undefined,
      over: false,
    };
    this.#trains.set(set, train);
    if (this.#conditions.paced) this.#arm(train, 0);
    else this.#event(train);
  }

  #stop(set: AdvertisingTrain): void {
    const train = this.#trains.get(set);
    if (train === undefined) return;
    train.over = true;
    train.cancel?.();
    this.#trains.delete(set);
    this.#resting.delete(train);
  }

  #event(train: Train): void {
    const { time, propagation, paced } = this.#conditions;
    const { from, set } = train;
    for (const to of this.listeners.near(propagation.position(from))) {
      if (to === from) continue;
      if (paced) this.#receive(from, to, set.pdu, set.txPower);
      else this.send(from, to, set.pdu, set.txPower);
    }
    if (!train.over) this.#arm(train, 1);
    if (set.sent !== undefined) time.defer(set.sent);
  }

  /** Without a listener no timer runs: an air on which nobody scans is idle. */
  #arm(train: Train, intervals: number): void {
    const { time, paced, unit } = this.#conditions;
    const { set } = train;
    const delay = paced && set.punctual !== true ? unit() * MOST_DELAY_MS : 0;
    if (this.listeners.size === 0 && set.sent === undefined) {
      train.cancel = undefined;
      this.#resting.add(train);
    } else {
      if (train.cancel === undefined) this.#resting.delete(train);
      train.cancel = time.after(intervals * set.intervalMs + delay, train.event);
    }
  }

  #receive(from: Station, to: Station, pdu: AirPdu, txPower?: number): void {
    const { propagation } = this.#conditions;
    const margin = propagation.margin(from, to, txPower);
    if (margin < HOPELESS_MARGIN || this.#isLost(margin, payloadBytes(pdu))) return;
    to.receiver.receive(pdu, from, propagation.rssi(from, to, txPower));
  }

  /** Also of a request for a link. */
  #isLost(margin: number, payload: number): boolean {
    const { paced, loss, unit } = this.#conditions;
    if (loss() > 0 && unit() < loss()) return true;
    if (!paced) return margin < 0;
    return unit() < packetErrorRate(margin, packetBytes(payload, 1));
  }

  /** True when `to` gets a request (34 bytes) of `from`. */
  reaches(from: Station, to: Station): boolean {
    const margin = this.#conditions.propagation.margin(from, to);
    return margin >= HOPELESS_MARGIN && !this.#isLost(margin, REQUEST_BYTES);
  }
}

/** An address, data, and with extended advertising at least an extended header. */
const payloadBytes = (pdu: AirPdu): number => {
  switch (pdu.kind) {
    case 'advertising':
      return (pdu.extended === undefined ? 6 : 16) + Math.min(pdu.data.length, 245);
    case 'scan-request':
      return 12;
    case 'scan-response':
      return 6 + Math.min(pdu.data.length, 245);
  }
};
