import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { Role, Status } from '../hci/constants.js';
import type { ControlPdu } from './control-pdu.js';
import type { LinkParameters } from './pdu.js';
import type { Station } from './station.js';

/** What a link needs of the medium. */
export interface LinkMedium {
  readonly clock: Clock;
  /** Runs `deliver` in a turn of its own, in the order of the calls. */
  defer(deliver: () => void): void;
  /** True when each of the two hears the other. */
  inReach(a: Station, b: Station): boolean;
}

/** A fragment of an L2CAP PDU as one ACL packet carries it. */
export interface Fragment {
  readonly first: boolean;
  readonly data: Buffer;
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

type Frame =
  | { readonly kind: 'data'; readonly fragment: Fragment }
  | { readonly kind: 'update'; readonly parameters: LinkParameters }
  | { readonly kind: 'control'; readonly pdu: ControlPdu }
  /** `own`: what the side that ends the link is told. */
  | { readonly kind: 'terminate'; readonly reason: number; readonly own: number };

/** One side of a link, held by the controller there. */
export class LinkEnd {
  handlers: LinkEndHandlers | undefined;
  /** Sent and not yet delivered, oldest first: what is out of reach waits here. */
  readonly queue: Frame[] = [];
  /** The host has been told that the link is down, or its controller no longer cares. */
  closed = false;

  constructor(
    readonly link: Link,
    readonly station: Station,
    readonly role: Role,
  ) {}

  get peer(): Station {
    return this.link.other(this).station;
  }

  send(fragment: Fragment): void {
    this.#push({ kind: 'data', fragment });
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

  #push(frame: Frame): void {
    if (this.closed) return;
    this.queue.push(frame);
    this.link.pump(this);
  }
}

/**
 * A connection between two stations. In order and without loss while both hear each other; when they
 * no longer do, frames wait for the peer, and after the supervision timeout both ends go down with
 * reason 0x08.
 */
export class Link {
  readonly central: LinkEnd;
  readonly peripheral: LinkEnd;
  #supervision: Cancel | undefined;

  constructor(
    readonly medium: LinkMedium,
    central: Station,
    peripheral: Station,
    public parameters: LinkParameters,
  ) {
    this.central = new LinkEnd(this, central, Role.central);
    this.peripheral = new LinkEnd(this, peripheral, Role.peripheral);
    central.links.add(this);
    peripheral.links.add(this);
  }

  other(end: LinkEnd): LinkEnd {
    return end === this.central ? this.peripheral : this.central;
  }

  /** To be called when a station has moved, changed its power or left. */
  check(): void {
    if (this.central.closed && this.peripheral.closed) {
      this.#discard();
    } else if (this.#alive()) {
      this.#supervision?.();
      this.#supervision = undefined;
      this.pump(this.central);
      this.pump(this.peripheral);
    } else {
      this.#supervision ??= this.medium.clock.after(this.parameters.timeout * 10, () => {
        this.#down(this.central, Status.connectionTimeout);
        this.#down(this.peripheral, Status.connectionTimeout);
      });
    }
  }

  /** Puts what `from` has sent on its way, as long as the peer is in reach. */
  pump(from: LinkEnd): void {
    if (!this.#alive()) return;
    for (const frame of from.queue.splice(0)) {
      this.medium.defer(() => {
        this.#deliver(from, frame);
      });
    }
  }

  #deliver(from: LinkEnd, frame: Frame): void {
    const to = this.other(from);
    if (to.closed) return;
    switch (frame.kind) {
      case 'data':
        to.handlers?.data(frame.fragment);
        if (!from.closed) from.handlers?.acknowledged();
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
        this.#down(to, frame.reason);
        this.#down(from, frame.own);
        break;
    }
  }

  #alive(): boolean {
    const { central, peripheral } = this;
    if (central.closed || peripheral.closed) return false;
    return this.medium.inReach(central.station, peripheral.station);
  }

  #down(end: LinkEnd, reason: number): void {
    if (end.closed) return;
    end.closed = true;
    end.queue.length = 0;
    end.handlers?.down(reason);
    if (this.other(end).closed) this.#discard();
  }

  #discard(): void {
    this.#supervision?.();
    this.#supervision = undefined;
    this.central.station.links.delete(this);
    this.peripheral.station.links.delete(this);
  }
}
