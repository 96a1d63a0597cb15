import { defaultSuite } from '../../../../lib/crypto/index.js';
import type { KnownCar } from '../../../../lib/native/inspect/index.js';
import { Conversation } from '../../../../lib/native/inspect/index.js';
import type { InspectedMessage } from '../../../../lib/native/inspect/index.js';
import { concat, toHex } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { carSecrets, Challenge } from '../../../../lib/native/session/car.js';
import { answerChallenge } from '../../../../lib/native/session/phone.js';
import type { SessionKeys } from '../../../../lib/native/session/common.js';
import type { Command } from '../../../../lib/domain/commands.js';
import type { Result } from '../../../../lib/domain/outcomes.js';
import { encodeFromCar, encodeToCar } from '../../../../lib/native/codec.js';
import { encodeCommand, encodeResult } from '../../../../lib/native/commands.js';
import type { MessageDirection } from '../../../../lib/link/message-link.js';
import { frame } from '../../../../lib/link/message-link.js';
import { keyPair } from '../session/sample.js';

export const CAR = keyPair(defaultSuite, 'car');
export const PHONE = keyPair(defaultSuite, 'phone');
export const KNOWN: KnownCar = { name: 'My car', publicKey: CAR.publicKey };

/** A phone and a car that talk, and a viewer beside them. */
export class Scene {
  /** What was logged, by challenge; a test decides when the viewer gets it. */
  readonly logged = new Map<string, SessionKeys>();
  readonly viewed = new Map<string, SessionKeys>();
  readonly cars: KnownCar[];
  readonly conversation: Conversation;
  readonly #live: boolean;
  #challenge!: Challenge;
  #count = 0;
  #phone!: ReturnType<typeof answerChallenge>['channel'];
  #car!: ReturnType<typeof answerChallenge>['channel'];

  /** @param live the viewer sees what is logged at once */
  constructor(cars: KnownCar[] = [], { live = false } = {}) {
    this.cars = cars;
    this.#live = live;
    this.conversation = new Conversation({
      cars: () => this.cars,
      session: (challenge) => this.viewed.get(toHex(challenge)),
    });
  }

  /** Lets the viewer see what was logged so far. */
  reveal(): void {
    for (const [challenge, keys] of this.logged) this.viewed.set(challenge, keys);
  }

  /** Chunks as an MTU of 23 gives them. */
  carry(direction: MessageDirection, message: Uint8Array): InspectedMessage[] {
    return frame(message, 23).flatMap((chunk) => this.conversation.chunk(direction, chunk));
  }

  hello(): InspectedMessage[] {
    const random = seededRandom(`challenge ${String(this.#count++)}`);
    this.#challenge = new Challenge(defaultSuite, random, carSecrets(defaultSuite, CAR), 0);
    const hello = { version: 1, handshake: this.#challenge.bytes };
    return this.carry('from-car', encodeFromCar({ case: 'hello', value: hello }));
  }

  prove(command: Command, carPublicKey = CAR.publicKey): InspectedMessage[] {
    const { handshake, tag, channel } = answerChallenge(
      defaultSuite,
      seededRandom('answer'),
      { identity: PHONE, carPublicKey },
      this.#challenge.bytes,
      encodeCommand(command),
      (keys) => {
        this.logged.set(toHex(keys.challenge), keys);
        if (this.#live) this.reveal();
      },
    );
    this.#phone = channel;
    const verified = this.#challenge.verify(handshake, tag, 0);
    if (verified !== undefined) this.#car = verified.channel;
    return this.carry('to-car', encodeToCar({ case: 'proof', value: { handshake, tag } }));
  }

  command(command: Command): InspectedMessage[] {
    const value = this.#phone.seal(encodeCommand(command));
    return this.carry('to-car', encodeToCar({ case: 'sealed', value }));
  }

  result(result: Result): InspectedMessage[] {
    const value = this.#car.seal(encodeResult(result));
    return this.carry('from-car', encodeFromCar({ case: 'sealed', value }));
  }
}

export const framed = (...messages: readonly Uint8Array[]): Uint8Array =>
  concat(...messages.flatMap((message) => frame(message, 1000)));
