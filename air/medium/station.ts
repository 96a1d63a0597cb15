import type { Cancel } from '../../lib/platform/clock.js';
import type { Motion } from './motion.js';
import type { AdvertisingPdu, AirPdu } from './pdu.js';

/** What a station hears. No call comes from inside a call of its own. */
export interface Receiver {
  /** A PDU was heard at `rssi` dBm (rounded). */
  receive(pdu: AirPdu, from: Station, rssi: number): void;
}

/** One radio on the medium. Changed by the medium only. */
export interface Station {
  /** Its number on this medium, from 0. */
  readonly id: number;
  readonly receiver: Receiver;
  motion: Motion;
  /** dBm. */
  txPower: number;
  /** The weakest signal that is received, dBm. */
  readonly sensitivity: number;
  /** False once it has left for good. */
  present: boolean;
  /** By the number of the advertising set. */
  readonly advertising: Map<number, RunningTrain>;
  /** To be told when something has changed. */
  readonly links: Set<{ check(): void }>;
}

/** Listens for `windowMs` at the beginning of every `intervalMs`; scanning and initiating. */
export interface ScanWindow {
  /** From one beginning to the next, in milliseconds: 2.5 to 10,240. */
  readonly intervalMs: number;
  /** Of that it listens, in milliseconds: 2.5 to `intervalMs`, which is always. */
  readonly windowMs: number;
}

/** The same PDU, sent in one advertising event after the other. */
export interface AdvertisingTrain {
  readonly pdu: AdvertisingPdu;
  /** From the start of one event to that of the next. */
  readonly intervalMs: number;
  /** Leaves out the 0 to 10 ms that each event is delayed by: high duty cycle directed advertising. */
  readonly punctual?: boolean;
  /** dBm (default: the station's). */
  readonly txPower?: number;
  /** An event is over, in a turn of its own. */
  readonly sent?: () => void;
}

/** As it is on the air. */
export interface RunningTrain extends AdvertisingTrain {
  readonly from: Station;
  /** Runs the next event. */
  readonly event: () => void;
  /** That of the next event; undefined while nobody listens. */
  cancel: Cancel | undefined;
  over: boolean;
}
