import { checkChunk, RadioLink } from './link-buffer.js';
import type { RadioLinkOptions } from './link-buffer.js';
import type { Trial } from './patience.js';
import type { Link, LinkHandlers } from './types.js';

export interface BlenoLinkOptions extends RadioLinkOptions {
  readonly trial: Trial | undefined;
  /** Notifies or indicates. To be called only while the central is connected. */
  tell(value: Buffer): void;
  /** Disconnects the central; resolves when it is gone. */
  disconnect(): Promise<void>;
}

/** A link to the phone that has subscribed; the peripheral feeds it with bleno's events. */
export class BlenoLink extends RadioLink implements Link {
  readonly trial: Trial | undefined;
  readonly #options: BlenoLinkOptions;
  /** The stack has taken the notification, or the phone has confirmed the indication. */
  told = (): void => undefined;

  constructor(options: BlenoLinkOptions) {
    super(options);
    this.#options = options;
    this.trial = options.trial;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
  }

  async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    const value = Buffer.from(chunk); // a copy, because it may wait
    // Never after the end: bleno's flow control does not recover from a notification to nobody.
    await this.run('sending', ({ resolve }) => {
      this.told = resolve;
      this.#options.tell(value);
    });
  }

  async close(): Promise<void> {
    if (this.buffer.isDown) return;
    this.buffer.end('local');
    await this.#options.disconnect();
  }

  protected lost(): void {
    this.buffer.end('lost');
    void this.#options.disconnect();
  }
}
