import type { Cancel } from '../../lib/platform/clock.js';
import { packetBytes, packetMs } from './airtime.js';
import type { Conditions } from './conditions.js';
import { Listeners } from './listeners.js';
import { HOPELESS_MARGIN, packetErrorRate } from './reception.js';
import type { AdvertisingTrain, RunningTrain, ScanWindow, Station } from './station.js';
import type { AirPdu } from './pdu.js';

/** advDelay is between 0 and 10 ms (Vol 6 Part B 4.4.2.2). */
const MOST_DELAY_MS = 10;

/** Payload of a request for a link: two addresses and its parameters (Vol 6 Part B 2.3.3.1). */
const REQUEST_BYTES = 34;

/** On an instant air windows do not count. */
const ALWAYS: ScanWindow = { intervalMs: 1, windowMs: 1 };

/**
 * The advertising channels. The three of them are one here: an advertiser uses all in each event, and
 * a listener hears it whichever one it is on. Transmissions of others do not disturb.
 */
export class AdvertisingChannels {
  readonly listeners: Listeners;
  readonly #trains = new Set<RunningTrain>();
  /** Those without a timer. */
  readonly #resting = new Set<RunningTrain>();
  /** Of the hold on the process, while there is a train or a listener. */
  #release: Cancel | undefined;

  readonly #conditions: Conditions;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
    this.listeners = new Listeners(conditions.time);
  }

  listen(station: Station, windows: readonly ScanWindow[]): void {
    const { paced, unit } = this.#conditions;
    this.listeners.set(station, paced || windows.length === 0 ? windows : [ALWAYS]);
    this.#hold();
    if (windows.length === 0) return;
    if (!paced) {
      for (const { from, pdu, txPower } of this.#trains) {
        if (from !== station) this.send(from, station, pdu, txPower);
      }
    }
    for (const train of this.#resting) {
      if (train.from !== station) this.#arm(train, paced ? unit() : 1);
    }
  }

  advertise(station: Station, set: number, train: AdvertisingTrain | undefined): void {
    const before = station.advertising.get(set);
    if (before !== undefined) this.#stop(before);
    station.advertising.delete(set);
    if (train === undefined) return;
    const running: RunningTrain = {
      ...train,
      from: station,
      event: () => this.#event(running),
      cancel: undefined,
      over: false,
    };
    station.advertising.set(set, running);
    this.#trains.add(running);
    this.#hold();
    if (this.#conditions.paced) this.#arm(running, 0);
    else this.#event(running);
  }

  /** Sends a PDU to one station, which gets it if it hears `from` when it arrives. */
  send(from: Station, to: Station, pdu: AirPdu, txPower?: number): void {
    const { time, paced } = this.#conditions;
    const arrive = (): void => this.#receive(from, to, pdu, txPower);
    if (paced) time.after(packetMs(payloadBytes(pdu), 1), arrive);
    else time.defer(arrive);
  }

  #stop(train: RunningTrain): void {
    train.over = true;
    train.cancel?.();
    this.#trains.delete(train);
    this.#resting.delete(train);
    this.#hold();
  }

  #hold(): void {
    if (this.#trains.size + this.listeners.size > 0) {
      this.#release ??= this.#conditions.time.hold();
    } else {
      this.#release?.();
      this.#release = undefined;
    }
  }

  #event(train: RunningTrain): void {
    const { time, propagation, paced } = this.#conditions;
    const { from, pdu, txPower, sent } = train;
    for (const to of this.listeners.near(propagation.position(from))) {
      if (to === from) continue;
      if (paced) this.#receive(from, to, pdu, txPower);
      else this.send(from, to, pdu, txPower);
    }
    if (!train.over) this.#arm(train, 1);
    if (sent !== undefined) time.defer(sent);
  }

  /** Without a listener no timer runs: an air on which nobody scans is idle. */
  #arm(train: RunningTrain, intervals: number): void {
    const { time, paced, unit } = this.#conditions;
    const delay = paced && train.punctual !== true ? unit() * MOST_DELAY_MS : 0;
    if (this.listeners.size === 0 && train.sent === undefined) {
      train.cancel = undefined;
      this.#resting.add(train);
    } else {
      if (train.cancel === undefined) this.#resting.delete(train);
      train.cancel = time.after(intervals * train.intervalMs + delay, train.event);
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
