import { PhoneKeyError } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import { OperationQueue, runOperation } from './operation.js';
import type { Settle } from './operation.js';
import type { LinkCloseReason, LinkHandlers } from './types.js';

/** Bytes kept for a link that is not open yet; a peer that sends more is not following the protocol. */
const MAX_WAITING_BYTES = 8192;

/**
 * What every link has: chunks that wait for `open`, handlers, and an end that is told exactly once.
 */
export class LinkBuffer {
  readonly #down = new AbortController();
  /** Aborted when the link is down, with `radio.link-lost` as reason. */
  readonly signal: AbortSignal = this.#down.signal;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #handlers: LinkHandlers | undefined;
  #reason: LinkCloseReason | undefined;

  get isDown(): boolean {
    return this.signal.aborted;
  }

  /**
   * Delivers what has waited, and from now on what arrives; on a link that is down already, its end.
   * @throws PhoneKeyError `internal` when opened twice
   */
  open(handlers: LinkHandlers): void {
    if (this.#handlers !== undefined) throw new PhoneKeyError('internal', 'the link is open');
    this.#handlers = handlers;
    const endedBefore = this.#reason;
    for (const chunk of this.#waiting.splice(0)) handlers.data(chunk);
    if (endedBefore !== undefined) handlers.closed(endedBefore);
  }

  /** Takes a chunk from the radio; false when too much waits for `open`. */
  receive(chunk: Uint8Array): boolean {
    if (this.isDown) return true;
    // A copy: the stacks hand out views of their own buffers.
    const bytes = new Uint8Array(chunk);
    if (this.#handlers !== undefined) {
      this.#handlers.data(bytes);
      return true;
    }
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) return false;
    this.#waiting.push(bytes);
    return true;
  }

  /** The link is down; only the first call counts. */
  end(reason: LinkCloseReason): void {
    if (this.isDown) return;
    this.#reason = reason;
    this.#down.abort(new PhoneKeyError('radio.link-lost', MESSAGES[reason]));
    this.#handlers?.closed(reason);
  }
}

const MESSAGES: Readonly<Record<LinkCloseReason, string>> = {
  local: 'the link was closed',
  remote: 'the other side closed the link',
  lost: 'the link was lost',
};

/** @throws PhoneKeyError `internal` unless the chunk has 1 to mtu - 3 bytes */
export const checkChunk = (chunk: Uint8Array, mtu: number): void => {
  if (chunk.length < 1 || chunk.length > mtu - 3) {
    throw new PhoneKeyError(
      'internal',
      `a chunk has 1 to ${String(mtu - 3)} bytes, not ${String(chunk.length)}`,
    );
  }
};

const OPERATION_TIMEOUT_MS = 5000;

export interface RadioLinkOptions {
  readonly clock: Clock;
  readonly peer: string;
  /** ATT MTU in bytes, as it is when the link begins. */
  readonly mtu: number;
}

/** What links over noble, bleno and the simulated air share: one operation at a time; one that got no answer ends the link. */
export abstract class RadioLink {
  readonly peer: string;
  mtu: number;
  readonly buffer = new LinkBuffer();
  protected readonly clock: Clock;
  readonly #queue = new OperationQueue();

  constructor({ clock, peer, mtu }: RadioLinkOptions) {
    this.clock = clock;
    this.peer = peer;
    this.mtu = mtu;
  }

  /** An operation got no answer. */
  protected abstract lost(): void;

  protected run<T = void>(
    what: string,
    start: (settle: Settle<T>) => void,
    timeoutMs = OPERATION_TIMEOUT_MS,
  ): Promise<T> {
    const options = { what, timeoutMs, signals: [this.buffer.signal] };
    return this.#queue.run(async () => {
      try {
        return await runOperation(this.clock, options, start);
      } catch (error) {
        if (error instanceof PhoneKeyError && error.code === 'radio.timeout') this.lost();
        throw error;
      }
    });
  }
}
