import type { Cancel } from '../../lib/platform/clock.js';
import { Status } from '../../lib/hci/constants.js';
import { INTER_FRAME_SPACE_MS, packetBytes, packetMs } from './airtime.js';
import type { Carrier, Frame, AirLink, LinkEnd } from './air-link.js';
import type { Conditions } from './conditions.js';
import { packetErrorRate } from './reception.js';

/** Payload of an LL control PDU, in bytes; none has more than 34. */
const CONTROL_BYTES = 12;
/** Before the first event: transmitWindowDelay (Vol 6 Part B 4.5.3). */
const WINDOW_DELAY_MS = 1.25;
/** Events without an answer after which a link was never made (Vol 6 Part B 4.5.2). */
const EVENTS_TO_ESTABLISH = 6;
/** Events between an update and the instant at which it holds (Vol 6 Part B 5.1.1). */
const UPDATE_DISTANCE = 6;
/** A link that is lost by chance less often than this, in one supervision timeout, may sleep. */
const NEGLIGIBLE = 1e-12;

/** The first frame of an end's queue, on its way in packets. */
interface Sender {
  readonly end: LinkEnd;
  /** Bytes of it that have arrived. */
  offset: number;
  /** When it last heard its peer. */
  heard: number;
}

/**
 * Connection events (Vol 6 Part B 4.5.1): at each interval central and peripheral speak in turn, until
 * neither has more, a packet is lost, or the event is full. What was lost is sent again in the next
 * event. Events that can do nothing are not simulated: a link at rest costs nothing.
 */
export class EventCarrier implements Carrier {
  readonly #central: Sender;
  readonly #peripheral: Sender;
  /** Event number 0 was, or will be, at this time. */
  #anchor: number;
  #index = 0;
  #cancel: Cancel | undefined;
  #running = false;
  #established = false;
  /** The peripheral has the central's packet, and the central does not know: it will come again. */
  #repeats = false;
  #update: { readonly from: LinkEnd; readonly frame: Frame; readonly instant: number } | undefined;
  readonly #link: AirLink;
  readonly #conditions: Conditions;

  constructor(link: AirLink, conditions: Conditions) {
    this.#link = link;
    this.#conditions = conditions;
    const now = link.time.now();
    this.#central = { end: link.central, offset: 0, heard: now };
    this.#peripheral = { end: link.peripheral, offset: 0, heard: now };
    this.#anchor = now + WINDOW_DELAY_MS + conditions.unit() * this.#intervalMs;
    this.#schedule(0);
  }

  queued(): void {
    if (!this.#running) this.check();
  }

  check(): void {
    if (this.#running) return;
    const asleep = this.#cancel === undefined;
    if (asleep && this.#mayRest()) return;
    if (asleep) {
      const now = this.#link.time.now();
      this.#central.heard = this.#peripheral.heard = now;
    }
    this.#cancel?.();
    this.#schedule(this.#nextIndex());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  get #intervalMs(): number {
    return this.#link.parameters.interval * 1.25;
  }

  /** The number of the next event; with peripheral latency, the next one that is attended. */
  #nextIndex(): number {
    const elapsed = (this.#link.time.now() - this.#anchor) / this.#intervalMs;
    const next = Math.max(this.#index, Math.ceil(elapsed - 1e-6));
    const { latency } = this.#link.parameters;
    if (latency === 0 || !this.#established || this.#link.peripheral.queue.length > 0) return next;
    return Math.ceil(next / (latency + 1)) * (latency + 1);
  }

  #schedule(index: number): void {
    this.#index = index;
    const wait = this.#anchor + index * this.#intervalMs - this.#link.time.now();
    this.#cancel = this.#link.time.after(Math.max(0, wait), () => this.#event());
  }

  #event(): void {
    this.#cancel = undefined;
    this.#running = true;
    this.#applyUpdate();
    this.#exchangePackets();
    this.#supervise(this.#central);
    this.#supervise(this.#peripheral);
    this.#running = false;
    const { central, peripheral } = this.#link;
    if (central.closed && peripheral.closed) return;
    this.#index++;
    if (!this.#mayRest()) this.#schedule(this.#nextIndex());
  }

  #exchangePackets(): void {
    let elapsed = 0;
    for (let count = 0; count < this.#conditions.packetsPerEvent; count++) {
      const spent = this.#exchange();
      if (spent === undefined) return;
      elapsed += spent;
      const { central, peripheral } = this.#link;
      if (central.queue.length === 0 && peripheral.queue.length === 0 && !this.#repeats) return;
      // As long again as this one would be too much.
      if (elapsed + spent > this.#intervalMs) return;
    }
  }

  /** A packet of the central's and its answer; the milliseconds taken, or undefined after a loss. */
  #exchange(): number | undefined {
    const asked = this.#transmit(this.#central);
    if (asked === undefined) return undefined;
    this.#peripheral.heard = this.#link.time.now();
    if (!this.#repeats) this.#arrive(this.#central);
    this.#repeats = asked > 0;
    const answered = this.#transmit(this.#peripheral);
    if (answered === undefined) return undefined;
    this.#central.heard = this.#link.time.now();
    this.#established = true;
    this.#repeats = false;
    this.#arrive(this.#peripheral);
    const { central, peripheral } = this.#link;
    const spent = packetMs(asked, central.phy) + packetMs(answered, peripheral.phy);
    return spent + 2 * INTER_FRAME_SPACE_MS;
  }

  /** Bytes of payload that were sent and received; undefined when nothing was. */
  #transmit({ end, offset }: Sender): number | undefined {
    if (end.closed || this.#link.other(end).closed) return undefined;
    const frame = end.queue[0];
    const payload = frame === undefined ? 0 : Math.min(end.octets, frameBytes(frame) - offset);
    const lossRate = this.#lossRate(end, packetBytes(payload, end.phy));
    return this.#conditions.unit() < lossRate ? undefined : payload;
  }

  /** The packet that was sent last counts; the last one of a frame delivers it. */
  #arrive(sender: Sender): void {
    const { end } = sender;
    const frame = end.queue[0];
    if (frame === undefined) return;
    sender.offset += end.octets;
    if (sender.offset < frameBytes(frame)) return;
    sender.offset = 0;
    // One at a time: until the last one holds, the next one is not taken, nor what comes behind it.
    if (frame.kind === 'update' && this.#update !== undefined) return;
    end.queue.shift();
    if (frame.kind === 'update') {
      this.#update = { from: end, frame, instant: this.#index + UPDATE_DISTANCE };
    } else {
      this.#link.deliver(end, frame);
    }
  }

  #applyUpdate(): void {
    if (this.#update === undefined || this.#index < this.#update.instant) return;
    const { from, frame } = this.#update;
    this.#update = undefined;
    this.#anchor += this.#index * this.#intervalMs;
    this.#index = 0;
    this.#link.deliver(from, frame);
  }

  /** Share of packets of so many bytes that `from`'s peer does not get, 0 to 1. */
  #lossRate(from: LinkEnd, bytes: number): number {
    const margin = this.#conditions.propagation.margin(from.station, from.peer);
    return 1 - (1 - packetErrorRate(margin, bytes)) * (1 - this.#conditions.loss());
  }

  /** True while one of the two is walking. */
  #isMoving(): boolean {
    const { central, peripheral, time } = this.#link;
    const now = time.now();
    return now < central.station.motion.until || now < peripheral.station.motion.until;
  }

  #supervise({ end, heard }: Sender): void {
    const [limit, reason] = this.#established
      ? [this.#link.supervisionMs, Status.connectionTimeout]
      : [EVENTS_TO_ESTABLISH * this.#intervalMs, Status.connectionNotEstablished];
    if (this.#link.time.now() - heard >= limit) this.#link.down(end, reason);
  }

  /** True when nothing waits, and the link holds by itself until somebody moves or speaks. */
  #mayRest(): boolean {
    const { central, peripheral, parameters, supervisionMs } = this.#link;
    if (!this.#established || this.#repeats || this.#update !== undefined) return false;
    if (central.queue.length > 0 || peripheral.queue.length > 0) return false;
    if (central.closed || peripheral.closed || this.#isMoving()) return false;
    const empty = packetBytes(0, 1);
    const lost = (from: LinkEnd): number => this.#lossRate(from, empty);
    const silent = 1 - (1 - lost(central)) * (1 - lost(peripheral));
    const events = Math.floor(supervisionMs / (this.#intervalMs * (parameters.latency + 1)));
    return silent ** Math.max(1, events - 1) < NEGLIGIBLE;
  }
}

const frameBytes = (frame: Frame): number =>
  frame.kind === 'data' ? Math.max(1, frame.fragment.data.length) : CONTROL_BYTES;
