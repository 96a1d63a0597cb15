import { checkChunk, RadioLink } from '../../lib/radio/link-buffer.js';
import { runOperation } from '../../lib/radio/operation.js';
import type { Link, LinkCloseReason, LinkHandlers } from '../../lib/radio/types.js';
import { DEFAULT_MTU } from '../../lib/hci/att/limits.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { Status } from '../../lib/hci/constants.js';
import type { LinkEnd } from '../medium/air-link.js';
import type { Medium } from '../medium/medium.js';
import type { ControlPdu } from '../medium/control-pdu.js';
import { attFrame, parseAttFrame } from './att.js';
import type { SimAttPdu } from './att.js';

export interface SimLinkOptions {
  readonly medium: Medium;
  readonly end: LinkEnd;
  readonly peer: string;
  /** ATT_MTU in bytes that this side offers. */
  readonly mtu: number;
  /** Called once, when the link is gone. */
  onDown(): void;
}

/** How a side sends its chunks. */
export interface ChunkPdu {
  readonly declared: typeof Att.writeCommand;
  /** ATT handle of the value. */
  readonly handle: number;
}

/** The peer answers each one before the next is sent. */
const ACKNOWLEDGED: readonly unknown[] = [Att.writeRequest, Att.indication];
/** From a controller through its host to whoever answers, in milliseconds: never in the same event. */
const HOST_MS = 1;
/** Fragments that a controller takes before it has got rid of some. */
const BUFFERS = 8;
const DISCONNECT_TIMEOUT_MS = 2000;
/** Reasons that say that the peer's host ended the link (Vol 1 Part F): user, resources, power off. */
const REMOTE_REASONS: readonly number[] = [0x13, 0x14, 0x15];
/** What phones and cars agree upon since Bluetooth 4.2, so that a chunk is one packet. */
const LONGEST_DATA = { octets: 251, time: 2120 };

/** One end of a link between a SimCentral and a SimPeripheral. */
export abstract class SimLink<O extends SimLinkOptions = SimLinkOptions>
  extends RadioLink
  implements Link
{
  protected readonly options: O;
  #outstanding = 0;
  /** Sends what waits for a buffer. */
  #onRoom: (() => void) | undefined;
  #answered: ((pdu: SimAttPdu) => void) | undefined;
  #reason: number | undefined;
  #terminating = false;
  #isGone = false;
  #tellGone = (): void => undefined;
  readonly #gone = new Promise<void>((resolve) => {
    this.#tellGone = resolve;
  });

  constructor(options: O) {
    super({ clock: options.medium.clock, peer: options.peer, mtu: DEFAULT_MTU });
    this.options = options;
    options.end.handlers = {
      // A fragment is a whole PDU here: the link layer cuts it into packets.
      data: ({ data }) => {
        this.#throughHost(() => {
          const pdu = parseAttFrame(data);
          if (pdu !== undefined && !this.buffer.isDown) this.received(pdu);
        });
      },
      acknowledged: () => {
        this.#outstanding--;
        if (this.#onRoom !== undefined) options.medium.defer(this.#onRoom);
        this.#onRoom = undefined;
      },
      updated: () => undefined,
      control: (pdu) => {
        this.#control(pdu);
      },
      down: (reason) => {
        this.#throughHost(() => {
          options.medium.defer(() => {
            this.#down(reason);
          });
        });
      },
    };
  }

  /** True when the peer never answered, by which a request that it did not get comes to nothing. */
  get neverEstablished(): boolean {
    return this.#reason === Status.connectionNotEstablished;
  }

  abstract open(handlers: LinkHandlers): Promise<void>;

  async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    const { declared, handle } = this.chunkPdu;
    const pdu = attFrame(declared, { handle, value: chunk });
    if (ACKNOWLEDGED.includes(declared)) {
      await this.ask('sending', pdu);
      return;
    }
    await this.run('sending', ({ resolve }) => {
      const send = (): void => {
        this.transmit(pdu);
        resolve();
      };
      if (this.#outstanding < BUFFERS) send();
      else this.#onRoom = send;
    });
  }

  async close(): Promise<void> {
    if (this.#isGone) return;
    this.buffer.end('local');
    if (!this.#terminating) this.options.end.terminate(Status.remoteUserTerminated);
    this.#terminating = true;
    const options = { what: 'disconnecting', timeoutMs: DISCONNECT_TIMEOUT_MS };
    try {
      await runOperation<void>(this.clock, options, ({ resolve }) => {
        void this.#gone.then(resolve);
      });
    } catch {
      // The peer does not hear that the link is over, and will find out.
      this.abandon('local');
    }
  }

  /** Falls silent: the radio is off, or the peer does not hear any more. */
  abandon(reason: LinkCloseReason): void {
    this.buffer.end(reason);
    this.options.end.abandon();
    this.#down();
  }

  protected abstract readonly chunkPdu: ChunkPdu;
  /** A PDU of the peer's, some time after it came; not in a turn of its own. */
  protected abstract received(pdu: SimAttPdu): void;

  /** The smaller of the two holds (Vol 3 Part F 3.4.2.2). */
  protected agreeOnMtu(offer: { readonly mtu: number } | undefined): void {
    if (offer === undefined) return;
    this.mtu = Math.max(DEFAULT_MTU, Math.min(offer.mtu, this.options.mtu));
  }

  protected transmit(pdu: Uint8Array): void {
    this.#outstanding++;
    this.options.end.send({ first: true, data: pdu });
  }

  /** The value of a write or a notification is a chunk for the user of the link. */
  protected deliver(chunk: Uint8Array | undefined): void {
    if (chunk === undefined || chunk.length === 0) return;
    // Who sends too much before the link is open is put out.
    this.options.medium.defer(() => {
      if (!this.buffer.receive(chunk)) void this.close();
    });
  }

  /** Sends a PDU that the peer answers by another one. */
  protected ask(what: string, request: Uint8Array): Promise<SimAttPdu> {
    return this.run<SimAttPdu>(what, ({ resolve }) => {
      this.#answered = resolve;
      this.transmit(request);
    });
  }

  /** This is what the peer answers. */
  protected answered(pdu: SimAttPdu): void {
    const answered = this.#answered;
    this.#answered = undefined;
    if (answered !== undefined) {
      this.options.medium.defer(() => {
        answered(pdu);
      });
    }
  }

  protected lost(): void {
    this.buffer.end('lost');
    void this.close();
  }

  /** Data Length Update (Vol 6 Part B 5.1.9): the link layers do it while the hosts talk. */
  protected lengthenData(): void {
    this.options.end.control({ kind: 'length-request', tx: LONGEST_DATA });
  }

  #control(pdu: ControlPdu): void {
    const { end } = this.options;
    if (pdu.kind !== 'length-request' && pdu.kind !== 'length-response') return;
    if (pdu.kind === 'length-request') end.control({ kind: 'length-response', tx: LONGEST_DATA });
    end.octets = Math.min(pdu.tx.octets, LONGEST_DATA.octets);
  }

  #throughHost(then: () => void): void {
    const { medium, end } = this.options;
    if (medium.pace === 'real') end.link.time.after(HOST_MS, then);
    else medium.defer(then);
  }

  /** The link is gone; only the first call counts. */
  #down(reason?: number): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#reason = reason;
    this.buffer.end(reason !== undefined && REMOTE_REASONS.includes(reason) ? 'remote' : 'lost');
    this.#tellGone();
    this.options.onDown();
  }
}
