import type { Introduction } from '../credentials/key-slot.js';
import type { Command, CommandName } from '../domain/commands.js';
import { isRefusal } from '../domain/outcomes.js';
import type { Result } from '../domain/outcomes.js';
import { PhoneKeyError } from '../errors.js';
import { serviceDataOf } from '../link/advertising.js';
import type { Deadline } from '../phone/deadline.js';
import type { CarSession, DialectEnvironment, PhoneDialect } from '../phone/dialect.js';
import type { PairedCar } from '../phone/store.js';
import {
  advertisementIsFrom,
  advertisementKey,
  decodeAdvertisement,
  nativeScan,
} from './advertisement.js';
import { AT_ANY_TIME, decodeResult, encodeCommand } from './commands.js';
import { sessionKeyObserver } from './inspect/session-key-line.js';
import { CarChannel } from './phone/channel.js';
import type { CarMessage } from './phone/channel.js';
import { nativeProfile } from './profile.js';
import type { SealedChannel } from './session/common.js';
import { answerChallenge } from './session/phone.js';

/** Commands that change nothing: when their answer is lost, nothing can have happened. */
const READ_ONLY: ReadonlySet<CommandName> = new Set(['status', 'listKeys']);

/** A word of the car this old, in milliseconds, may have expired when what answers it arrives. */
const STALE_MS = 4_000;

/** How often a fresh word is asked for, and how often what came too late is sent again. */
const MOST_AGAIN = 2;

/** The native dialect of a phone (docs/PROTOCOL.md), but for pairing: see phone/pair.ts. */
export const nativeRemote: PhoneDialect = {
  profile: nativeProfile,
  filter: nativeScan,
  recognise: (cars, suite) => {
    const known: { readonly car: PairedCar; readonly key: Uint8Array }[] = [];
    for (const car of cars) {
      if (car.dialect !== undefined) continue;
      known.push({ car, key: advertisementKey(suite, car.carPublicKey) });
    }
    return (heard) => {
      const data = serviceDataOf(heard, nativeProfile.service) ?? new Uint8Array();
      const decoded = decodeAdvertisement(data);
      if (decoded === undefined) return undefined;
      const match = known.find(({ key }) => advertisementIsFrom(suite, key, data));
      return { pairing: decoded.pairing, car: match?.car };
    };
  },
  open: async (link, car, phone, deadline) =>
    new NativeSession(phone, car, await CarChannel.open(link, phone, deadline)),
  relay: async (link, revocationList, phone, deadline) => {
    const channel = await CarChannel.open(link, phone, deadline);
    await channel.receiveHello(deadline);
    await channel.send({ case: 'revocationList', value: revocationList }, deadline);
    // The next challenge, or the end of the link, says that the car has it.
    await channel.receiveHello(deadline).catch((error: unknown) => {
      const ended = error instanceof PhoneKeyError && error.code === 'radio.link-lost';
      if (!ended) throw error;
    });
  },
};

/** The first command carries the proof of who we are. */
class NativeSession implements CarSession {
  readonly #phone: DialectEnvironment;
  readonly #car: PairedCar;
  readonly #channel: CarChannel;
  #sealed: SealedChannel | undefined;
  /** When what the car answered last was sent, on the phone's clock: its word is no older. */
  #wordSince = 0;

  constructor(phone: DialectEnvironment, car: PairedCar, channel: CarChannel) {
    this.#phone = phone;
    this.#car = car;
    this.#channel = channel;
  }

  get usable(): boolean {
    return this.#sealed !== undefined && this.#channel.failure === undefined;
  }

  async ask(command: Command, deadline: Deadline): Promise<Result> {
    try {
      if (this.#sealed === undefined) return await this.#prove(command, deadline);
      if (AT_ANY_TIME.has(command.type)) return await this.#say(command, this.#sealed, deadline);
      return await this.#act(command, this.#sealed, deadline);
    } catch (error) {
      // An answer that comes late would be taken for that of the next command.
      this.#channel.giveUp();
      throw error;
    }
  }

  /** Where the car's last word may be too old, it is asked for one first; safety does not rest on that. */
  async #act(command: Command, sealed: SealedChannel, deadline: Deadline): Promise<Result> {
    const stale = (): boolean => this.#phone.clock.now() - this.#wordSince >= STALE_MS;
    for (let sent = 0; ; sent++) {
      for (let asked = 0; asked < MOST_AGAIN && stale(); asked++)
        await deadline.raceWish(() => this.#say({ type: 'status' }, sealed, deadline));
      deadline.checkWish();
      const result = await this.#say(command, sealed, deadline);
      if (sent === MOST_AGAIN || !isRefusal(result.outcome, 'too-late')) return result;
    }
  }

  async #say(command: Command, sealed: SealedChannel, deadline: Deadline): Promise<Result> {
    const sentAt = this.#phone.clock.now();
    const value = sealed.seal(encodeCommand(command));
    const message = await this.#ask(command, { case: 'sealed', value }, deadline);
    const result = openResult(command, message, sealed);
    this.#wordSince = sentAt;
    return result;
  }

  #introduction(grants: Uint8Array): Introduction {
    const { ownName = this.#phone.name, ownFormFactor } = this.#car;
    return { grants, name: ownName, formFactor: ownFormFactor ?? this.#phone.formFactor };
  }

  /** The first command: the answer to the car's challenge, with the command inside. */
  async #prove(command: Command, deadline: Deadline): Promise<Result> {
    const { suite, random, clock, keyLog } = this.#phone;
    const { identity, carPublicKey, grant, state } = this.#car;
    // A car that took the key by its grant knows it from then on, unless it needed the slot.
    let shown = state === 'pending' ? grant : undefined;
    let challenge = await this.#channel.receiveHello(deadline);
    for (;;) {
      if (!AT_ANY_TIME.has(command.type)) deadline.checkWish();
      const response = answerChallenge(
        suite,
        random,
        { identity, carPublicKey },
        challenge.bytes,
        encodeCommand(command, shown && this.#introduction(shown)),
        keyLog && sessionKeyObserver(keyLog),
      );
      const { handshake, tag, channel } = response;
      const sentAt = clock.now();
      const stale = sentAt - challenge.since >= STALE_MS;
      const message = await this.#ask(
        command,
        { case: 'proof', value: { handshake, tag } },
        deadline,
      );
      if (message.case !== 'hello') {
        const result = openResult(command, message, channel);
        this.#sealed = channel;
        this.#wordSince = sentAt;
        return result;
      }
      // Another challenge instead of a result: the car did not accept the proof. It may have to be shown
      // the grant, or the challenge was too old.
      if (shown !== grant) shown = grant;
      else if (!stale) throw notRecognised(this.#car);
      challenge = { bytes: message.value.handshake, since: sentAt };
    }
  }

  /** Sends, and waits for the answer. From the first byte on, the car may have acted. */
  async #ask(
    command: Command,
    message: Parameters<CarChannel['send']>[0],
    deadline: Deadline,
  ): Promise<CarMessage> {
    deadline.check();
    if (this.#channel.failure !== undefined) throw this.#channel.failure;
    try {
      await this.#channel.send(message, deadline);
      return await this.#channel.receive(deadline);
    } catch (error) {
      throw READ_ONLY.has(command.type) ? error : outcomeUnknown(error);
    }
  }
}

/** @throws PhoneKeyError `protocol.*` */
const openResult = (command: Command, message: CarMessage, sealed: SealedChannel): Result => {
  const mayHaveSucceeded = !READ_ONLY.has(command.type);
  if (message.case !== 'sealed') {
    throw new PhoneKeyError('protocol.order', 'the car sent something else than a result', {
      mayHaveSucceeded,
    });
  }
  try {
    return decodeResult(sealed.open(message.value));
  } catch (error) {
    if (!(error instanceof PhoneKeyError)) throw error;
    throw new PhoneKeyError(error.code, error.message, { cause: error, mayHaveSucceeded });
  }
};

const notRecognised = ({ grant }: PairedCar): PhoneKeyError =>
  new PhoneKeyError(
    'car.not-recognised',
    'the car does not accept the key of this phone',
    grant === undefined
      ? {}
      : { hint: 'Its grant may be void: ask the owner for a new one, to what key id --car shows.' },
  );

/** An interrupted call stays interrupted, and a broken protocol broken; all may have acted. */
const outcomeUnknown = (error: unknown): PhoneKeyError => {
  if (!(error instanceof PhoneKeyError)) {
    return new PhoneKeyError('internal', String(error), { cause: error, mayHaveSucceeded: true });
  }
  if (error.kind === 'unreachable') {
    return new PhoneKeyError('car.outcome-unknown', `no answer to the command: ${error.message}`, {
      cause: error,
    });
  }
  const hint =
    error.kind === 'interrupted'
      ? 'The command had been sent and may have been carried out: key status.'
      : error.hint;
  return new PhoneKeyError(error.code, error.message, {
    cause: error,
    mayHaveSucceeded: true,
    hint,
  });
};
