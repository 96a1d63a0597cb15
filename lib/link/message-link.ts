import { PhoneKeyError } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';
import type { Link, LinkCloseReason } from '../radio/types.js';
import { frame, Reassembler } from './framing.js';
import { describe } from '../native/describe.js';
import type { Direction, MessageDescription } from '../native/describe.js';

/** One message that went over the link: never more than what an eavesdropper sees as well. */
export interface TraceEvent extends MessageDescription {
  readonly direction: Direction;
  /** With framing. */
  readonly bytes: number;
  /** GATT writes or notifications it took. */
  readonly chunks: number;
}

export type Trace = (event: TraceEvent) => void;

export interface MessageLinkOptions {
  readonly clock: Clock;
  /** Which way `send` goes. */
  readonly sends: Direction;
  readonly trace?: Trace | undefined;
  message(message: Uint8Array): void;
  /** The link is down. `error` when the peer broke the framing; called exactly once. */
  closed(reason: LinkCloseReason, error?: PhoneKeyError): void;
}

/** From the first chunk of a message to its last, in milliseconds. */
const REASSEMBLY_TIMEOUT_MS = 5_000;

/** Whole messages over a Link. Breaking the framing closes the link. */
export class MessageLink {
  readonly #link: Link;
  readonly #options: MessageLinkOptions;
  readonly #reassembler = new Reassembler();
  #sending: Promise<void> = Promise.resolve();
  #chunks = 0;
  #stopTimer: Cancel | undefined;
  #ended = false;

  constructor(link: Link, options: MessageLinkOptions) {
    this.#link = link;
    this.#options = options;
  }

  open(): Promise<void> {
    return this.#link.open({
      data: (chunk) => {
        this.#receive(chunk);
      },
      closed: (reason) => {
        this.#end(reason);
      },
    });
  }

  /** Sends one message; messages go out in the order of the calls. */
  send(message: Uint8Array): Promise<void> {
    const sent = this.#sending.then(async () => {
      const chunks = frame(message, this.#link.mtu);
      this.#trace(this.#options.sends, message, chunks.length);
      for (const chunk of chunks) await this.#link.send(chunk);
    });
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** Resolves when everything given to `send` so far went out, or failed to. */
  flush(): Promise<void> {
    return this.#sending;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#chunks += 1;
    try {
      for (const message of this.#reassembler.push(chunk)) {
        this.#trace(opposite(this.#options.sends), message, this.#chunks);
        this.#chunks = 1; // what is left of this chunk belongs to the next message
        this.#stopReassemblyTimer();
        this.#options.message(message);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#reassembler.partial) this.#startReassemblyTimer();
    else this.#chunks = 0;
  }

  #startReassemblyTimer(): void {
    if (this.#ended) return; // the receiver has closed the link
    this.#stopTimer ??= this.#options.clock.after(REASSEMBLY_TIMEOUT_MS, () => {
      this.#fail(new PhoneKeyError('protocol.malformed', 'a message began and never ended'));
    });
  }

  #stopReassemblyTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #fail(error: unknown): void {
    const known =
      error instanceof PhoneKeyError
        ? error
        : new PhoneKeyError('internal', 'receiving a message failed', { cause: error });
    this.#end('local', known);
    this.#link.close().catch(() => undefined);
  }

  #end(reason: LinkCloseReason, error?: PhoneKeyError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopReassemblyTimer();
    this.#options.closed(reason, error);
  }

  #trace(direction: Direction, message: Uint8Array, chunks: number): void {
    this.#options.trace?.({
      ...describe(direction, message),
      direction,
      bytes: message.length + 2,
      chunks,
    });
  }
}

const opposite = (direction: Direction): Direction =>
  direction === 'to-car' ? 'from-car' : 'to-car';
