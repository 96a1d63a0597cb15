import { PhoneKeyError } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import { notThere } from '../radio/gatt-row.js';
import { checkChunk } from '../radio/link-buffer.js';
import { OperationQueue, runOperation } from '../radio/operation.js';
import type { Settle } from '../radio/operation.js';
import type { CentralLink, LinkHandlers } from '../radio/types.js';
import { RELAYED_MTU } from './frame.js';
import type { CloseReason, Frame } from './frame.js';
import { RelayedLink } from './link.js';
import type { FrameCarrier } from './link.js';
import type { LinkStream, LinkStreamHandlers } from './link-stream.js';

/** For the car's answer to the first frame, in milliseconds. */
const OPEN_TIMEOUT_MS = 5_000;

/** The phone's end of a relayed link. The car hears of it when it is opened. */
export class PhoneLink extends RelayedLink implements CentralLink {
  readonly #service: string;
  readonly #clock: Clock;
  readonly #queue = new OperationQueue();
  #stream: LinkStream | undefined;
  #opening: Settle<void> | undefined;
  #isOpen = false;

  /** @param service that the phone wants @param clock times the opening */
  constructor(peer: string, service: string, clock: Clock) {
    super(peer);
    this.#service = service;
    this.#clock = clock;
  }

  /** For what comes over its stream. */
  readonly handlers: LinkStreamHandlers = {
    frame: (frame) => this.receive(frame),
    closed: (why) => this.end(why === 'car' ? 'remote' : 'lost'),
  };

  protected readonly carrier: FrameCarrier = {
    send: (frame) =>
      this.#queue.run(async () => {
        this.down.throwIfAborted();
        await this.#stream?.send(frame);
      }),
    end: () => this.#stream?.close(),
  };

  /** What it goes over from now on. */
  attach(stream: LinkStream): void {
    this.#stream = stream;
    if (this.down.aborted) stream.close();
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
    const options = {
      what: 'opening the link',
      timeoutMs: OPEN_TIMEOUT_MS,
      signals: [this.down],
      timeoutError: () => new PhoneKeyError('cloud.timeout', 'the car did not answer in time'),
    };
    try {
      await runOperation<void>(this.#clock, options, (settle) => {
        this.#opening = settle;
        const frame = { kind: 'open', service: this.#service, mtu: RELAYED_MTU } as const;
        this.sendFrame(frame).catch(settle.reject);
      });
    } catch (error) {
      this.end('lost');
      throw error;
    }
  }

  override async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    this.down.throwIfAborted();
    // As on a radio: before the subscription it would belong to nobody.
    if (this.#isOpen) await super.send(chunk);
  }

  protected take(frame: Frame): boolean {
    if (frame.kind === 'close') {
      this.#opening?.reject(REFUSED[frame.why](this.#service));
      this.end('remote');
      return true;
    }
    if (this.#isOpen) return frame.kind === 'data' && this.deliver(frame.chunk);
    if (frame.kind !== 'open' || frame.service !== this.#service) return false;
    if (this.#opening === undefined) return false; // it was not asked
    this.mtu = Math.min(this.mtu, frame.mtu);
    this.#isOpen = true;
    this.#opening.resolve();
    return true;
  }
}

/** Why the car gives no link. */
const REFUSED: Readonly<Record<CloseReason, (service: string) => PhoneKeyError>> = {
  busy: () => new PhoneKeyError('car.busy', 'the car serves as many phones as it can'),
  'no-service': (service) => notThere(`service ${service}`),
  broken: () => new PhoneKeyError('radio.link-lost', 'what the car got was no link'),
  over: () => new PhoneKeyError('radio.link-lost', 'the car closed the link'),
};
