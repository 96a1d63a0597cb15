import type { Introduction } from '../../credentials/key-slot.js';
import type { Command, CommandName } from '../../domain/commands.js';
import type { Result } from '../../domain/outcomes.js';
import { PhoneKeyError } from '../../errors.js';
import type { SealedChannel } from '../session/channel.js';
import { answerChallenge } from '../session/phone.js';
import { sessionKeyObserver } from '../inspect/session-key-line.js';
import { encodeCommand } from '../commands.js';
import { decodeResult } from '../results.js';
import type { CarChannel, CarMessage } from './car-channel.js';
import { CarCommands } from './car-commands.js';
import { Deadline } from '../../phone/environment.js';
import type { CallOptions, PhoneEnvironment } from '../../phone/environment.js';
import type { PairedCar } from '../../phone/store.js';

/** Commands that change nothing: when their answer is lost, nothing can have happened. */
const READ_ONLY: ReadonlySet<CommandName> = new Set(['status', 'listKeys']);

/** A challenge this old, in milliseconds, may have expired on the car; ask again when it refuses. */
const STALE_MS = 4_000;

/**
 * A link to a car this phone has a key for. Commands run one after the other; the first carries the
 * proof of who we are. A command that got no answer ends the link.
 */
export class CarConnection extends CarCommands<CallOptions> {
  readonly car: PairedCar;
  readonly #environment: PhoneEnvironment;
  readonly #channel: CarChannel;
  readonly #onResult: (result: Result) => Promise<void>;
  #clockLost = false;
  #sealed: SealedChannel | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param onResult called with whatever the car answers to a command, before the command resolves */
  constructor(
    environment: PhoneEnvironment,
    car: PairedCar,
    channel: CarChannel,
    onResult: (result: Result) => Promise<void>,
  ) {
    super();
    this.#environment = environment;
    this.#onResult = onResult;
    this.car = car;
    this.#channel = channel;
  }

  /** Whether the last answer said that the car does not know the time. */
  get clockLost(): boolean {
    return this.#clockLost;
  }

  /** Whether the car has accepted this phone's key, and the link is still there. */
  get usable(): boolean {
    return this.#sealed !== undefined && this.#channel.failure === undefined;
  }

  /** Any command; resolves to what the car answered, a refusal too. */
  command(command: Command, options?: CallOptions): Promise<Result> {
    const deadline = Deadline.of(this.#environment.clock, options);
    const before = this.#turn;
    const result = deadline
      .race(before, () => new PhoneKeyError('car.silent', 'the time was over before its turn came'))
      .then(() => this.#exchange(command, deadline));
    this.#turn = Promise.allSettled([before, result]);
    return result;
  }

  close(): Promise<void> {
    return this.#channel.close();
  }

  protected call<T>(
    options: CallOptions | undefined,
    work: (link: this, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    return work(this, Deadline.of(this.#environment.clock, options));
  }

  async #exchange(command: Command, deadline: Deadline): Promise<Result> {
    deadline.check();
    if (deadline.leftMs === 0) {
      throw new PhoneKeyError('car.silent', 'the time was over before the command could be sent');
    }
    try {
      if (this.#sealed === undefined) return await this.#prove(command, deadline);
      const sealed = this.#sealed.seal(encodeCommand(command));
      const message = await this.#ask(command, { case: 'sealed', value: sealed }, deadline);
      return await this.#openResult(command, message, this.#sealed);
    } catch (error) {
      // An answer that comes late would be taken for that of the next command.
      this.#channel.giveUp();
      throw error;
    }
  }

  #introduction(grants: Uint8Array): Introduction {
    const { ownName = this.#environment.name, ownFormFactor } = this.car;
    return { grants, name: ownName, formFactor: ownFormFactor ?? this.#environment.formFactor };
  }

  /** The first command: the answer to the car's challenge, with the command inside. */
  async #prove(command: Command, deadline: Deadline): Promise<Result> {
    const { suite, random, clock, keyLog } = this.#environment;
    const { identity, carPublicKey, grant, state } = this.car;
    // A car that took the key by its grant knows it from then on, unless it needed the slot.
    let shown = state === 'pending' ? grant : undefined;
    let challenge = await this.#channel.receiveHello(deadline);
    for (;;) {
      const response = answerChallenge(
        suite,
        random,
        { identity, carPublicKey },
        challenge.bytes,
        encodeCommand(command, shown && this.#introduction(shown)),
        keyLog && sessionKeyObserver(keyLog),
      );
      const { handshake, tag, channel } = response;
      const stale = clock.now() - challenge.receivedAt >= STALE_MS;
      const message = await this.#ask(
        command,
        { case: 'proof', value: { handshake, tag } },
        deadline,
      );
      if (message.case !== 'hello') {
        const result = await this.#openResult(command, message, channel);
        this.#sealed = channel;
        return result;
      }
      // Another challenge instead of a result: the car did not accept the proof. It may have to be shown
      // the grant, or the challenge was too old.
      if (shown !== grant) shown = grant;
      else if (!stale) throw notRecognised(this.car);
      challenge = { bytes: message.value.handshake, receivedAt: clock.now() };
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

  async #openResult(command: Command, message: CarMessage, sealed: SealedChannel): Promise<Result> {
    const mayHaveSucceeded = !READ_ONLY.has(command.type);
    if (message.case !== 'sealed') {
      throw new PhoneKeyError('protocol.order', 'the car sent something else than a result', {
        mayHaveSucceeded,
      });
    }
    try {
      const result = decodeResult(sealed.open(message.value));
      this.#clockLost = result.clockLost;
      await this.#onResult(result);
      return result;
    } catch (error) {
      if (!(error instanceof PhoneKeyError)) throw error;
      throw new PhoneKeyError(error.code, error.message, { cause: error, mayHaveSucceeded });
    }
  }
}

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
