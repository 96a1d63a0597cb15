import { checkChunk, LinkBuffer } from '../radio/link-buffer.js';
import type { Link, LinkCloseReason, LinkHandlers } from '../radio/types.js';
import { decodeFrame, encodeFrame, RELAYED_MTU } from './frame.js';
import type { CloseReason, Frame, FrameBody } from './frame.js';

/** Brings the frames of one link to its other end. */
export interface FrameCarrier {
  /** They arrive in the order of the calls. What rejects ends the link. */
  send(frame: Uint8Array): void | Promise<void>;
  /** The link is down at this end; `remote`: the other end knows. Must not throw. */
  end(reason: LinkCloseReason, why: CloseReason): void;
}

/**
 * What both ends of a relayed link are: chunks in numbered frames. A frame that is malformed, or has another number
 * than the next one (it was repeated, dropped, moved or invented), ends the link.
 */
export abstract class RelayedLink implements Link {
  readonly peer: string;
  mtu = RELAYED_MTU;
  protected readonly buffer = new LinkBuffer();
  #sent = 0;
  #received = 0;

  constructor(peer: string) {
    this.peer = peer;
  }

  /** Aborted when the link is down. */
  get down(): AbortSignal {
    return this.buffer.signal;
  }

  protected abstract readonly carrier: FrameCarrier;
  /** A frame that is next; false where it does not belong here. */
  protected abstract take(frame: Frame): boolean;

  abstract open(handlers: LinkHandlers): Promise<void>;

  async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    await this.sendFrame({ kind: 'data', chunk });
  }

  async close(): Promise<void> {
    this.end('local', 'over');
  }

  /** What the relay brings, from the other end or from itself; an empty frame: there is no such link any more. */
  receive(bytes: Uint8Array): void {
    if (this.buffer.isDown) return;
    if (bytes.length === 0) {
      this.end('remote', 'over');
      return;
    }
    let isGood = false;
    try {
      const frame = decodeFrame(bytes);
      isGood = frame.sequence === this.#received && this.take(frame);
      this.#received += 1;
    } catch {
      // It is no frame.
    }
    if (!isGood) this.end('lost', 'broken');
  }

  /** Only the first call counts. */
  end(reason: LinkCloseReason, why: CloseReason = 'over'): void {
    if (this.buffer.isDown) return;
    this.carrier.end(reason, why);
    this.buffer.end(reason);
  }

  /** A frame has its number, and a copy of what it carries, from when this is called. */
  protected async sendFrame(body: FrameBody): Promise<void> {
    this.down.throwIfAborted();
    const frame = this.numbered(body);
    try {
      await this.carrier.send(frame);
    } catch (error) {
      this.end('lost');
      throw error;
    }
  }

  protected numbered(body: FrameBody): Uint8Array {
    return encodeFrame({ ...body, sequence: this.#sent++ });
  }

  /** A chunk for who has opened the link; false where too much waits for that. */
  protected deliver(chunk: Uint8Array): boolean {
    return chunk.length <= this.mtu - 3 && this.buffer.receive(chunk);
  }
}
