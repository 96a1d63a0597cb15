import { PhoneKeyError } from '../../errors.js';
import type { CentralLink } from '../../radio/types.js';
import { decodeFromCar, encodeToCar } from '../codec.js';
import type { ToCarMessage } from '../codec.js';
import { nativeMessages } from '../describe.js';
import type { FromCar } from '../schema/gen/phonekey.js';
import { MessageLink } from '../../link/message-link.js';
import type { Deadline } from '../../phone/deadline.js';
import type { DialectEnvironment } from '../../phone/dialect.js';

export type CarMessage = FromCar['message'];

/** 32 bytes, and since when it can have been there, on the phone's clock. */
export interface Challenge {
  readonly bytes: Uint8Array;
  readonly since: number;
}

/** A car sends one message at a time; more than this waiting is not a car of ours. */
const MAX_WAITING = 4;

/** Messages to and from one car, as a queue that the straight-line code of a phone can await. */
export type CarChannel = Awaited<ReturnType<typeof openChannel>>;

/** Subscribes; the car's challenge comes as the first message. */
export const openChannel = async (
  link: CentralLink,
  { clock, trace }: DialectEnvironment,
  opening: Deadline,
) => {
  const openedAt = clock.now();
  const received: CarMessage[] = [];
  let waiting:
    { resolve(message: CarMessage): void; reject(error: PhoneKeyError): void } | undefined;
  let failure: PhoneKeyError | undefined;

  const fail = (error: PhoneKeyError): void => {
    failure ??= error;
    waiting?.reject(error);
    waiting = undefined;
  };

  const messages = new MessageLink(link, {
    ...nativeMessages,
    clock,
    sends: 'to-car',
    trace,
    message: (bytes) => {
      const message = decodeFromCar(bytes);
      if (waiting !== undefined) {
        waiting.resolve(message);
        waiting = undefined;
      } else if (received.length < MAX_WAITING) {
        received.push(message);
      } else {
        throw new PhoneKeyError('protocol.order', 'the car talks without being asked');
      }
    },
    closed: (reason, error) => {
      fail(error ?? (reason === 'remote' ? closedByCar() : lost()));
    },
  });

  /** The next message; @throws PhoneKeyError `car.silent` or as `late` says, `radio.link-lost`, what decoding throws */
  const receive = async (deadline: Deadline, late = timedOut): Promise<CarMessage> => {
    const next = received.shift();
    if (next !== undefined) return next;
    if (failure !== undefined) throw failure;
    const message = new Promise<CarMessage>((resolve, reject) => {
      waiting = { resolve, reject };
    });
    try {
      return await deadline.race(message, late);
    } finally {
      waiting = undefined;
    }
  };

  await opening.race(messages.open(), asleep);
  return {
    /** Why the link cannot be used any more. */
    get failure(): PhoneKeyError | undefined {
      return failure;
    },

    send: async (message: NonNullable<ToCarMessage>, deadline: Deadline): Promise<void> => {
      if (failure !== undefined) throw failure;
      await deadline.race(messages.send(encodeToCar(message)), timedOut);
    },

    receive,

    /** The car's first one, which can have been there since the phone subscribed. */
    receiveHello: async (deadline: Deadline): Promise<Challenge> => {
      const message = await receive(deadline, asleep);
      if (message.case !== 'hello') {
        throw new PhoneKeyError('protocol.order', 'the car did not begin with a challenge');
      }
      return { bytes: message.value.handshake, since: openedAt };
    },

    /** Closes the link without waiting; what comes in meanwhile counts no more. */
    giveUp: (): void => {
      fail(new PhoneKeyError('radio.link-lost', 'the link was closed after a failed command'));
      messages.close().catch(() => undefined);
    },
  };
};

const lost = (): PhoneKeyError =>
  new PhoneKeyError('radio.link-lost', 'the link to the car was lost');

const closedByCar = (): PhoneKeyError =>
  new PhoneKeyError('radio.link-lost', 'the car closed the link', {
    hint: 'Try again: a car ends a link that lasts long, so that others may have it.',
  });

const asleep = (): PhoneKeyError =>
  new PhoneKeyError('car.asleep', 'the car is there and says nothing: it is asleep, or hangs');

const timedOut = (): PhoneKeyError =>
  new PhoneKeyError('car.silent', 'the car did not answer in time');
