import { defaultSuite } from '../../../../lib/crypto/index.js';
import type { KeyPair, Suite } from '../../../../lib/crypto/suite.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import type { Clock } from '../../../../lib/platform/clock.js';
import { MemoryRadio } from '../../../../lib/radio/memory-radio.js';
import { answerChallenge } from '../../../../lib/native/session/phone.js';
import type { Response } from '../../../../lib/native/session/phone.js';
import type { Outcome } from '../../../../lib/domain/outcomes.js';
import { decodeFromCar, encodeToCar } from '../../../../lib/native/codec.js';
import { encodeCommand } from '../../../../lib/native/commands.js';
import { decodeResult } from '../../../../lib/native/results.js';
import type { ToCarMessage } from '../../../../lib/native/codec.js';
import type { FromCar } from '../../../../lib/native/schema/gen/phonekey.js';
import { frame, Reassembler } from '../../../../lib/link/framing.js';
import { startTestCar } from '../../../support/test-car.js';
import type { TestHost } from '../../../support/test-car.js';
import { UNLOCK } from '../session/sample.js';
import { MAX_MESSAGE_BYTES, nativeProfile } from '../../../../lib/native/profile.js';

export const LOCK = encodeCommand({ type: 'lock' });

export interface Received {
  /** Milliseconds on the clock. */
  readonly at: number;
  /** Without framing. */
  readonly bytes: number;
  readonly message: FromCar['message'];
}

/** A phone by hand: sends any bytes, and notes what the car sends and when. */
export class RawPhone {
  readonly received: Received[] = [];
  closedAt: number | undefined;
  readonly #clock: SimClock;
  readonly #carPublicKey: Uint8Array;
  readonly #random = seededRandom('raw phone');
  #send: (bytes: Uint8Array) => Promise<void> = () => Promise.resolve();

  constructor(clock: SimClock, carPublicKey: Uint8Array) {
    this.#clock = clock;
    this.#carPublicKey = carPublicKey;
  }

  async connect(radio: MemoryRadio, id: string): Promise<void> {
    const link = await radio.central().connect({ id, rssi: -40 }, nativeProfile);
    const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
    this.#send = async (bytes) => {
      for (const chunk of frame(bytes, link.mtu)) await link.send(chunk);
    };
    await link.open({
      data: (chunk) => {
        for (const bytes of reassembler.push(chunk)) {
          const message = decodeFromCar(bytes);
          this.received.push({ at: this.#clock.now(), bytes: bytes.length, message });
        }
      },
      closed: () => {
        this.closedAt = this.#clock.now();
      },
    });
    await settle(this.#clock);
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.#send(bytes);
    await settle(this.#clock);
  }

  send(message: NonNullable<ToCarMessage>): Promise<void> {
    return this.sendBytes(encodeToCar(message));
  }

  /** The newest message, without taking it. */
  get last(): FromCar['message'] {
    return this.received.at(-1)?.message ?? { case: undefined };
  }

  /** The newest challenge. */
  get challenge(): Uint8Array {
    const hello = this.received.findLast(({ message }) => message.case === 'hello')?.message;
    if (hello?.case !== 'hello') throw new Error('the car sent no challenge');
    return hello.value.handshake;
  }

  answer(identity: KeyPair, command: Uint8Array, carPublicKey = this.#carPublicKey): Response {
    const secrets = { identity, carPublicKey };
    return answerChallenge(defaultSuite, this.#random, secrets, this.challenge, command);
  }

  /** Sends a right proof; the channel opens what comes. */
  async prove(identity: KeyPair, command: Uint8Array): Promise<Response['channel']> {
    const { handshake, tag, channel } = this.answer(identity, command);
    await this.send({ case: 'proof', value: { handshake, tag } });
    return channel;
  }
}

/** The Result in the newest message. */
export const lastResult = (phone: RawPhone, channel: Response['channel']): Outcome => {
  const { last } = phone;
  if (last.case !== 'sealed') throw new Error(`the car sent ${String(last.case)}`);
  return decodeResult(channel.open(last.value)).outcome;
};

export const IDENTITY: KeyPair = defaultSuite.x25519KeyPair(new Uint8Array(32).fill(0x77));

/** A car with one enrolled key, IDENTITY's, and `connect` for phones. */
export const startCar = async (
  options: { host?: TestHost; suite?: Suite; carClock?: (clock: SimClock) => Clock } = {},
) => {
  const clock = new SimClock();
  const radio = new MemoryRadio();
  const warnings: string[] = [];
  const note = (message: string): void => {
    warnings.push(message);
  };
  const car = await startTestCar({
    peripheral: radio.peripheral(),
    clock: options.carClock?.(clock) ?? clock,
    random: seededRandom('car'),
    log: { debug: () => undefined, info: () => undefined, warn: note },
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.suite === undefined ? {} : { suite: options.suite }),
  });
  car.host.enrol(IDENTITY.publicKey);
  const connect = async (): Promise<RawPhone> => {
    const phone = new RawPhone(clock, car.host.identity.publicKey);
    await phone.connect(radio, 'memory-1');
    return phone;
  };
  return { ...car, clock, radio, warnings, connect };
};

/** A phone that has unlocked the car; `command` sends a further one. */
export const ready = async (options: Parameters<typeof startCar>[0] = {}) => {
  const car = await startCar(options);
  const phone = await car.connect();
  const channel = await phone.prove(IDENTITY, UNLOCK);
  const command = (encoded: Uint8Array): Promise<void> =>
    phone.send({ case: 'sealed', value: channel.seal(encoded) });
  return { ...car, phone, channel, command };
};

/** A promise that the test settles. */
export const deferred = <T>() => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settled) => {
    resolve = settled;
  });
  return { promise, resolve };
};

/** Lets everything that is on its way arrive; no time passes. */
export const settle = async (clock: SimClock): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await clock.advance(0);
};
