import { PhoneKeyError } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';
import type { Link, LinkCloseReason } from '../radio/types.js';
import { concat } from '../platform/bytes.js';

/** Which way a message goes between phone and car. */
export type MessageDirection = 'to-car' | 'from-car';

/** What can be said of a message without any key. */
export interface MessageDescription {
  /** Name of the message in its dialect, or `malformed`. */
  readonly kind: string;
  /** Its fields with their sizes in bytes. */
  readonly fields: string;
}

/** What the messages of a dialect are like. */
export interface MessageRules {
  /** The longest message either side accepts, in bytes; a longer one closes the link. */
  readonly maxMessage: number;
  /** From the first chunk of a message to its last, in milliseconds. */
  readonly reassemblyMs: number;
  /** Called for a trace alone. */
  readonly describe: (direction: MessageDirection, message: Uint8Array) => MessageDescription;
}

/** One message that went over the link: never more than what an eavesdropper sees as well. */
export interface TraceEvent extends MessageDescription {
  /** Which way it went. */
  readonly direction: MessageDirection;
  /** With framing. */
  readonly bytes: number;
  /** GATT writes or notifications it took. */
  readonly chunks: number;
}

/** Is told of every message, sent or received, once it is whole. Must not throw. */
export type Trace = (event: TraceEvent) => void;

export interface MessageLinkOptions extends MessageRules {
  readonly clock: Clock;
  /** Which way `send` goes. */
  readonly sends: MessageDirection;
  readonly trace?: Trace | undefined;
  message(message: Uint8Array): void;
  /** The link is down. `error` when the peer broke the framing; called exactly once. */
  closed(reason: LinkCloseReason, error?: PhoneKeyError): void;
}

/** Whole messages over a Link. Breaking the framing closes the link. */
export class MessageLink {
  readonly #link: Link;
  readonly #options: MessageLinkOptions;
  readonly #reassembler: Reassembler;
  #sending: Promise<void> = Promise.resolve();
  #chunks = 0;
  #stopTimer: Cancel | undefined;
  #ended = false;

  constructor(link: Link, options: MessageLinkOptions) {
    this.#link = link;
    this.#options = options;
    this.#reassembler = new Reassembler(options.maxMessage);
  }

  open(): Promise<void> {
    return this.#link.open({ data: this.#receive, closed: this.#end });
  }

  /** Sends one message; messages go out in the order of the calls. */
  send(message: Uint8Array): Promise<void> {
    const sent = this.#sending.then(async () => {
      const chunks = frame(message, this.#link.mtu, this.#options.maxMessage);
      this.#trace(message, chunks.length, this.#options.sends);
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

  readonly #receive = (chunk: Uint8Array): void => {
    if (this.#ended) return;
    this.#chunks += 1;
    try {
      for (const message of this.#reassembler.push(chunk)) {
        this.#trace(message, this.#chunks);
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
  };

  #startReassemblyTimer(): void {
    if (this.#ended) return; // the receiver has closed the link
    this.#stopTimer ??= this.#options.clock.after(this.#options.reassemblyMs, () => {
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

  readonly #end = (reason: LinkCloseReason, error?: PhoneKeyError): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopReassemblyTimer();
    this.#options.closed(reason, error);
  };

  #trace(
    message: Uint8Array,
    chunks: number,
    direction: MessageDirection = this.#options.sends === 'to-car' ? 'from-car' : 'to-car',
  ): void {
    const { trace, describe } = this.#options;
    trace?.({ ...describe(direction, message), direction, bytes: message.length + 2, chunks });
  }
}

/**
 * Frames: a 2-byte big-endian length, then the message; cut into chunks of at most MTU - 3 bytes with
 * nothing added per chunk (docs/PROTOCOL.md, section 3).
 */

const HEADER = 2;
/** What the length can say, in bytes. */
const MAX_LENGTH = 0xffff;
/** ATT opcode and handle, which a chunk shares the MTU with (Core Specification Vol 3, Part F, 3.4). */
const ATT_HEADER = 3;

/**
 * One message as the chunks to send.
 * @throws PhoneKeyError `protocol.too-large` over `maxMessage` bytes, `protocol.malformed` when empty
 */
export const frame = (
  message: Uint8Array,
  mtu: number,
  maxMessage: number = MAX_LENGTH,
): Uint8Array[] => {
  if (message.length === 0) throw new PhoneKeyError('protocol.malformed', 'empty message');
  if (message.length > maxMessage) throw tooLarge(message.length, maxMessage);
  const size = Math.max(1, mtu - ATT_HEADER);
  const whole = concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message);
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < whole.length; offset += size) {
    chunks.push(whole.subarray(offset, offset + size));
  }
  return chunks;
};

/**
 * Puts chunks together again. Holds at most one message and one chunk; what a peer claims as a length
 * is never allocated before it is checked.
 */
export class Reassembler {
  readonly #maxMessage: number;
  #buffer: Uint8Array = new Uint8Array(0);

  /** @param maxMessage the longest message that is accepted, in bytes */
  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /** True while a message has begun and not ended: the caller keeps a timeout. */
  get partial(): boolean {
    return this.#buffer.length > 0;
  }

  /**
   * The messages that are complete with this chunk, in order.
   * @throws PhoneKeyError `protocol.too-large`, `protocol.malformed` (length 0); unusable afterwards
   */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#buffer = concat(this.#buffer, chunk);
    const messages: Uint8Array[] = [];
    while (this.#buffer.length >= HEADER) {
      const [high = 0, low = 0] = this.#buffer;
      const length = (high << 8) | low;
      if (length === 0) throw new PhoneKeyError('protocol.malformed', 'frame of length 0');
      if (length > this.#maxMessage) throw tooLarge(length, this.#maxMessage);
      const end = HEADER + length;
      if (this.#buffer.length < end) break;
      messages.push(this.#buffer.slice(HEADER, end));
      this.#buffer = this.#buffer.slice(end);
    }
    return messages;
  }
}

const tooLarge = (length: number, most: number): PhoneKeyError =>
  new PhoneKeyError(
    'protocol.too-large',
    `a message of ${String(length)} bytes; at most ${String(most)} are allowed`,
  );
