import { PhoneKeyError } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import { LinkBuffer } from './link-buffer.js';
import { OperationQueue, runOperation } from './operation.js';
import type { Settle } from './operation.js';

const OPERATION_TIMEOUT_MS = 5000;

export interface StackLinkOptions {
  readonly clock: Clock;
  readonly peer: string;
  /** ATT MTU in bytes, as it is when the link begins. */
  readonly mtu: number;
}

/** What links over noble and bleno share: one operation at a time; one that got no answer ends the link. */
export abstract class StackLink {
  readonly peer: string;
  readonly mtu: number;
  readonly buffer = new LinkBuffer();
  protected readonly clock: Clock;
  readonly #queue = new OperationQueue();

  constructor({ clock, peer, mtu }: StackLinkOptions) {
    this.clock = clock;
    this.peer = peer;
    this.mtu = mtu;
  }

  /** An operation got no answer. */
  protected abstract lost(): void;

  protected run(what: string, start: (settle: Settle<void>) => void): Promise<void> {
    const options = { what, timeoutMs: OPERATION_TIMEOUT_MS, signals: [this.buffer.signal] };
    return this.#queue.run(async () => {
      try {
        await runOperation(this.clock, options, start);
      } catch (error) {
        if (error instanceof PhoneKeyError && error.code === 'radio.timeout') this.lost();
        throw error;
      }
    });
  }
}
