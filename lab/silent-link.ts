import type { Link, LinkHandlers } from '../lib/radio/types.js';

/** An end of a link at whose other end the caller is. */
export class SilentLink implements Link {
  readonly mtu = 256;
  readonly peer = 'caller';
  /** Chunks that were sent to the caller. */
  sent = 0;
  #handlers: LinkHandlers | undefined;

  open(handlers: LinkHandlers): Promise<void> {
    this.#handlers = handlers;
    return Promise.resolve();
  }

  deliver(chunk: Uint8Array): void {
    this.#handlers?.data(chunk);
  }

  send(): Promise<void> {
    this.sent += 1;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#handlers?.closed('local');
    return Promise.resolve();
  }
}
