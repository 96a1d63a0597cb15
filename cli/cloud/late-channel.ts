import type { CarChannel, CarChannelHandlers } from '../../lib/cloud/car-channel.js';
import type { CommandReport, ServiceAdvertisement } from '../../lib/cloud/car-channel.js';

/**
 * The channel of a car that has to register first, which may take until the cloud is there again: until then it is a channel
 * that is down.
 */
export class LateChannel implements CarChannel {
  readonly #open: (signal: AbortSignal) => Promise<CarChannel>;
  readonly #over = new AbortController();
  #handlers: CarChannelHandlers | undefined;
  #advertises: readonly ServiceAdvertisement[] | undefined;
  #channel: CarChannel | undefined;
  #opening: Promise<void> | undefined;

  /** @param open may take long; must not reject unless its signal aborts */
  constructor(open: (signal: AbortSignal) => Promise<CarChannel>) {
    this.#open = open;
  }

  /** Again after a reset of the car, whose radio goes on. */
  start(handlers: CarChannelHandlers): void {
    this.#handlers = handlers;
    this.#opening ??= this.#begin().catch(() => undefined);
  }

  advertise(advertises: readonly ServiceAdvertisement[]): void {
    this.#advertises = advertises;
    this.#channel?.advertise(advertises);
  }

  send(link: string, frame: Uint8Array): void {
    this.#channel?.send(link, frame);
  }

  confirm(object: string): void {
    this.#channel?.confirm(object);
  }

  report(report: CommandReport): void {
    this.#channel?.report(report);
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#opening;
    await this.#channel?.close();
  }

  async #begin(): Promise<void> {
    const channel = await this.#open(this.#over.signal);
    this.#channel = channel;
    if (this.#over.signal.aborted) return;
    channel.start({
      frame: (link, frame) => this.#handlers?.frame(link, frame),
      object: (object, bytes) => this.#handlers?.object(object, bytes),
      connected: (connected) => this.#handlers?.connected(connected),
    });
    if (this.#advertises !== undefined) channel.advertise(this.#advertises);
  }
}
