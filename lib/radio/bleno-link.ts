import { PhoneKeyError } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import { checkChunk, LinkBuffer } from './link-buffer.js';
import { OperationQueue, runOperation } from './operation.js';
import type { Link, LinkCloseReason, LinkHandlers } from './types.js';

const TELL_TIMEOUT_MS = 5000;

export interface BlenoLinkOptions {
  readonly clock: Clock;
  readonly peer: string;
  /** ATT MTU in bytes at the time of the subscription. */
  readonly mtu: number;
  /** Notifies or indicates. To be called only while the central is connected. */
  tell(value: Buffer): void;
  /** Disconnects the central; resolves when it is gone. */
  disconnect(): Promise<void>;
}

/** A link to the phone that has subscribed; the peripheral feeds it with bleno's events. */
export class BlenoLink implements Link {
  readonly peer: string;
  readonly #options: BlenoLinkOptions;
  readonly #buffer = new LinkBuffer();
  readonly #queue = new OperationQueue();
  #told = (): void => undefined;

  constructor(options: BlenoLinkOptions) {
    this.peer = options.peer;
    this.#options = options;
  }

  get mtu(): number {
    return this.#options.mtu;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.#buffer.open(handlers);
    await Promise.resolve();
  }

  async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    const value = Buffer.from(chunk); // a copy, because it may wait
    const { clock } = this.#options;
    const signals = [this.#buffer.signal];
    await this.#queue.run(async () => {
      try {
        // Never after the end: bleno's flow control does not recover from a notification to nobody.
        await runOperation<void>(
          clock,
          { what: 'sending', timeoutMs: TELL_TIMEOUT_MS, signals },
          ({ resolve }) => {
            this.#told = resolve;
            this.#options.tell(value);
          },
        );
      } catch (error) {
        if (error instanceof PhoneKeyError && error.code === 'radio.timeout') {
          this.end('lost');
          void this.#options.disconnect();
        }
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#buffer.isDown) return;
    this.end('local');
    await this.#options.disconnect();
  }

  /** The stack has taken the notification, or the phone has confirmed the indication. */
  told(): void {
    this.#told();
  }

  /** False when the phone sends too much before the link is open. */
  receive(chunk: Uint8Array): boolean {
    return this.#buffer.receive(chunk);
  }

  end(reason: LinkCloseReason): void {
    this.#buffer.end(reason);
  }
}
