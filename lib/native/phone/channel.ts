import { PhoneKeyError } from '../../errors.js';
import type { CentralLink } from '../../radio/types.js';
import { decodeFromCar, encodeToCar } from '../codec.js';
import type { ToCarMessage } from '../codec.js';
import { nativeMessages } from '../describe.js';
import type { FromCar } from '../schema/gen/phonekey.js';
import { MessageLink } from '../../link/message-link.js';
import type { Clock } from '../../platform/clock.js';
import type { Deadline } from '../../phone/deadline.js';
import type { DialectEnvironment } from '../../phone/dialect.js';

export type CarMessage = FromCar['message'];

/** A car sends one message at a time; more than this waiting is not a car of ours. */
const MAX_WAITING = 4;

/** Messages to and from one car, as a queue that the straight-line code of a phone can await. */
export class CarChannel {
  readonly #link: MessageLink;
  readonly #clock: Clock;
  readonly #received: { readonly message: CarMessage; readonly at: number }[] = [];
  #waiting: { resolve(message: CarMessage): void; reject(error: PhoneKeyError): void } | undefined;
  /** Why the link cannot be used any more. */
  failure: PhoneKeyError | undefined;

  private constructor(link: CentralLink, { clock, trace }: DialectEnvironment) {
    this.#clock = clock;
    this.#link = new MessageLink(link, {
      ...nativeMessages,
      clock,
      sends: 'to-car',
      trace,
      message: this.#push,
      closed: (reason, error) => {
        const how =
          reason === 'remote' ? 'the car closed the link' : 'the link to the car was lost';
        this.#fail(error ?? new PhoneKeyError('radio.link-lost', how));
      },
    });
  }

  /** Subscribes; the car's challenge comes as the first message. */
  static async open(
    link: CentralLink,
    environment: DialectEnvironment,
    deadline: Deadline,
  ): Promise<CarChannel> {
    const channel = new CarChannel(link, environment);
    await deadline.race(channel.#link.open(), timedOut);
    return channel;
  }

  async send(message: NonNullable<ToCarMessage>, deadline: Deadline): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    await deadline.race(this.#link.send(encodeToCar(message)), timedOut);
  }

  /** The next message; @throws PhoneKeyError `car.silent`, `radio.link-lost`, what decoding throws */
  receive(deadline: Deadline): Promise<CarMessage> {
    const next = this.#received.shift();
    if (next !== undefined) return Promise.resolve(next.message);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const message = new Promise<CarMessage>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    return deadline.race(message, timedOut).finally(() => {
      this.#waiting = undefined;
    });
  }

  /** The car's challenge, 32 bytes, which it sends unasked, and when it came on the phone's clock. */
  async receiveHello(deadline: Deadline) {
    const at = this.#received[0]?.at;
    const message = await this.receive(deadline);
    if (message.case !== 'hello') {
      throw new PhoneKeyError('protocol.order', 'the car did not begin with a challenge');
    }
    return { bytes: message.value.handshake, receivedAt: at ?? this.#clock.now() };
  }

  /** Closes the link without waiting; what comes in meanwhile counts no more. */
  giveUp(): void {
    this.#fail(new PhoneKeyError('radio.link-lost', 'the link was closed after a failed command'));
    this.#link.close().catch(() => undefined);
  }

  readonly #push = (bytes: Uint8Array): void => {
    const message = decodeFromCar(bytes);
    if (this.#waiting !== undefined) {
      this.#waiting.resolve(message);
      this.#waiting = undefined;
    } else if (this.#received.length < MAX_WAITING) {
      this.#received.push({ message, at: this.#clock.now() });
    } else {
      throw new PhoneKeyError('protocol.order', 'the car talks without being asked');
    }
  };

  #fail(error: PhoneKeyError): void {
    this.failure ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

const timedOut = (): PhoneKeyError =>
  new PhoneKeyError('car.silent', 'the car did not answer in time');
