import type { Cancel } from '../../lib/platform/clock.js';
import { ConnectionRole, Status } from '../../lib/hci/constants.js';
import type { Phy } from './airtime.js';
import type { ControlPdu } from './control-pdu.js';
import type { LinkFaults } from './faults.js';
import type { ConnectRequest, LinkParameters } from './pdu.js';
import type { Receiver, Station } from './station.js';
import type { AirTime } from './time.js';

/** What the medium tells a radio. No call comes from inside a call of the radio's own. */
export interface LinkLayer extends Receiver {
  /** A central asks for a link. True accepts it: `linkUp` follows at both ends. Must not send. */
  accept(request: ConnectRequest): boolean;
  /** The own request was not heard or not accepted. */
  refused(request: ConnectRequest): void;
  /** A link that was accepted is up; called at both ends. */
  linkUp(end: LinkEnd, request: ConnectRequest): void;
}

/** A fragment of an L2CAP PDU as one ACL packet carries it. */
export interface Fragment {
  readonly first: boolean;
  readonly data: Uint8Array;
}

export interface LinkEndHandlers {
  data(fragment: Fragment): void;
  /** The peer's radio has one more of the fragments that were sent. */
  acknowledged(): void;
  updated(parameters: LinkParameters): void;
  /** The peer's link layer says something to this one. */
  control(pdu: ControlPdu): void;
  /** The link is gone; `reason` is an HCI error code. Called at most once, and nothing after it. */
  down(reason: number): void;
}

export type Frame =
  | { readonly kind: 'data'; readonly fragment: Fragment; readonly copies: 0 | 1 | 2 }
  | { readonly kind: 'update'; readonly parameters: LinkParameters }
  | { readonly kind: 'control'; readonly pdu: ControlPdu }
  /** `own`: what the side that ends the link is told. */
  | { readonly kind: 'terminate'; readonly reason: number; readonly own: number };

/** How what was sent gets to the peer: at once, or in connection events. */
export interface Carrier {
  /** There is more in `from.queue`. */
  queued(from: LinkEnd): void;
  /** A station has moved, changed its power or left, or an end does not care any more. */
  check(): void;
  /** The link is no more. */
  stop(): void;
}

/** One side of a link, held by the controller there. */
export class LinkEnd {
  handlers: LinkEndHandlers | undefined;
  /** Sent and not yet delivered, oldest first: what is out of reach waits here. */
  readonly queue: Frame[] = [];
  /** The host has been told that the link is down, or its controller no longer cares. */
  closed = false;
  /** Most payload in bytes of a data packet that it sends: what Data Length Update agrees upon. */
  octets = 27;
  /** With which it sends. */
  phy: Phy = 1;
  /** What was delayed, and all behind it, is on its way at this time. */
  #busyUntil = -Infinity;

  constructor(
    readonly link: AirLink,
    readonly station: Station,
    readonly role: ConnectionRole,
  ) {}

  get peer(): Station {
    return this.link.other(this).station;
  }

  send(fragment: Fragment): void {
    const { copies, delayMs } = this.link.faults.fate();
    this.#push({ kind: 'data', fragment, copies }, delayMs);
  }

  /** Changes the connection parameters at both ends. */
  update(parameters: LinkParameters): void {
    this.#push({ kind: 'update', parameters });
  }

  /** Ends the link after what was sent before; `reason` is what the peer is told. */
  terminate(reason: number): void {
    this.#push({ kind: 'terminate', reason, own: Status.terminatedByLocalHost });
  }

  /** Ends the link after what was sent before; both ends are told the same reason. */
  fail(reason: number): void {
    this.#push({ kind: 'terminate', reason, own: reason });
  }

  /** To the peer's link layer. */
  control(pdu: ControlPdu): void {
    this.#push({ kind: 'control', pdu });
  }

  /** Falls silent, as by power-off: nothing is told here, and the peer's supervision timeout runs. */
  abandon(): void {
    this.closed = true;
    this.queue.length = 0;
    this.link.check();
  }

  #push(frame: Frame, delayMs = 0): void {
    const queue = (): void => {
      if (this.closed) return;
      this.queue.push(frame);
      this.link.carrier.queued(this);
    };
    const isDelayed = delayMs > 0 || this.#busyUntil > -Infinity; // or something before it was
    const now = isDelayed ? this.link.time.now() : 0;
    if (delayMs > 0) this.#busyUntil = Math.max(this.#busyUntil, now + delayMs);
    if (this.#busyUntil > now) this.link.time.after(this.#busyUntil - now, queue);
    else queue();
  }
}

/**
 * A connection between two stations. In order and without loss, faults aside, while both hear each
 * other; when they no longer do, frames wait for the peer, and after the supervision timeout the ends go
 * down with reason 0x08.
 */
export class AirLink {
  readonly central: LinkEnd;
  readonly peripheral: LinkEnd;
  readonly carrier: Carrier;
  readonly #release: Cancel;
  #cancelStall: Cancel | undefined;

  constructor(
    readonly time: AirTime,
    readonly faults: LinkFaults,
    public parameters: LinkParameters,
    central: Station,
    peripheral: Station,
    carrier: (link: AirLink) => Carrier,
  ) {
    this.central = new LinkEnd(this, central, ConnectionRole.central);
    this.peripheral = new LinkEnd(this, peripheral, ConnectionRole.peripheral);
    central.links.add(this);
    peripheral.links.add(this);
    this.carrier = carrier(this);
    this.#release = time.hold();
  }

  other(end: LinkEnd): LinkEnd {
    return end === this.central ? this.peripheral : this.central;
  }

  get supervisionMs(): number {
    return this.parameters.timeout * 10;
  }

  /** To be called when a station has moved, changed its power or left. */
  check(): void {
    if (this.central.closed && this.peripheral.closed) this.#discard();
    else this.carrier.check();
  }

  /** Hands to the peer what has crossed the air. Called by the carrier, in a turn without others. */
  deliver(from: LinkEnd, frame: Frame): void {
    const to = this.other(from);
    if (to.closed) return;
    if (this.faults.stalls(to.role)) {
      this.#stalled(from, frame);
      return;
    }
    switch (frame.kind) {
      case 'data':
        this.#deliverData(from, frame.fragment, frame.copies);
        break;
      case 'update':
        this.parameters = frame.parameters;
        to.handlers?.updated(frame.parameters);
        if (!from.closed) from.handlers?.updated(frame.parameters);
        break;
      case 'control':
        to.handlers?.control(frame.pdu);
        break;
      case 'terminate':
        this.down(to, frame.reason);
        this.down(from, frame.own);
        break;
    }
  }

  /** Tells one end that the link is gone. */
  down(end: LinkEnd, reason: number): void {
    if (end.closed) return;
    end.closed = true;
    end.queue.length = 0;
    end.handlers?.down(reason);
    if (this.other(end).closed) this.#discard();
  }

  /** Both ends find out at the same time that they do not hear each other any more. */
  lose(): void {
    this.down(this.central, Status.connectionTimeout);
    this.down(this.peripheral, Status.connectionTimeout);
  }

  #deliverData(from: LinkEnd, { first, data }: Fragment, copies: number): void {
    const to = this.other(from);
    if (this.faults.cuts(to.role)) {
      this.lose();
      return;
    }
    const fragment = { first, data: first ? this.faults.limitMtu(data) : data };
    for (let copy = 0; copy < copies && !to.closed; copy++) to.handlers?.data(fragment);
    if (!from.closed) from.handlers?.acknowledged();
  }

  /** Nothing is acknowledged any more. Who wants to end such a link waits for the timeout. */
  #stalled(from: LinkEnd, frame: Frame): void {
    if (frame.kind !== 'terminate') return;
    this.#cancelStall ??= this.time.after(this.supervisionMs, () => {
      this.down(from, frame.own);
      this.down(this.other(from), Status.connectionTimeout);
    });
  }

  #discard(): void {
    this.carrier.stop();
    this.#cancelStall?.();
    this.#release();
    this.central.station.links.delete(this);
    this.peripheral.station.links.delete(this);
  }
}
