import type { Command, CommandName } from '../domain/commands.js';
import { isRefusal } from '../domain/outcomes.js';
import type { Result } from '../domain/outcomes.js';
import { PhoneKeyError } from '../errors.js';
import { serviceDataOf } from '../link/advertising.js';
import { droppedWish } from '../phone/deadline.js';
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
import { openChannel } from './phone/channel.js';
import type { CarChannel, CarMessage, Challenge } from './phone/channel.js';
import { nativeProfile } from './profile.js';
import type { SealedChannel } from './session/common.js';
import {
  afterAsking,
  afterTooLate,
  FIRST_ATTEMPT,
  isStale,
  nextMove,
} from './session/freshness.js';
import { answerChallenge } from './session/phone.js';

/** Commands that change nothing: when their answer is lost, nothing can have happened. */
const READ_ONLY: ReadonlySet<CommandName> = new Set(['status', 'listKeys', 'listRevocations']);

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
  open: async (link, car, phone, deadline) => {
    const channel = await openChannel(link, phone, deadline);
    return nativeSession(phone, car, channel, await channel.receiveHello(deadline));
  },
  relay: async (link, revocationList, phone, deadline) => {
    const channel = await openChannel(link, phone, deadline);
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
const nativeSession = (
  phone: DialectEnvironment,
  car: PairedCar,
  channel: CarChannel,
  hello: Challenge,
): CarSession => {
  const { clock } = phone;
  let session: SealedChannel | undefined;
  /** When what the car answered last was sent, on the phone's clock: its word is no older. */
  let wordSince = 0;

  /** Sends, and waits for the answer. From the first byte on, the car may have acted. */
  const exchange = async (
    command: Command,
    message: Parameters<CarChannel['send']>[0],
    deadline: Deadline,
  ): Promise<CarMessage> => {
    deadline.check();
    if (channel.failure !== undefined) throw channel.failure;
    try {
      await channel.send(message, deadline);
      return await channel.receive(deadline);
    } catch (error) {
      throw READ_ONLY.has(command.type) ? error : outcomeUnknown(error);
    }
  };

  const say = async (
    command: Command,
    sealed: SealedChannel,
    deadline: Deadline,
  ): Promise<Result> => {
    const sentAt = clock.now();
    const value = sealed.seal(encodeCommand(command));
    const message = await exchange(command, { case: 'sealed', value }, deadline);
    const result = openResult(command, message, sealed);
    wordSince = sentAt;
    return result;
  };

  /** Where the car's last word may be too old, it is asked for one first; safety does not rest on that. */
  const act = async (
    command: Command,
    sealed: SealedChannel,
    deadline: Deadline,
  ): Promise<Result> => {
    for (let attempt = FIRST_ATTEMPT; ;) {
      switch (nextMove(attempt, isStale(wordSince, clock.now()), deadline.wishMs)) {
        case 'drop':
          throw droppedWish();
        case 'ask':
          await deadline.raceWish(() => say({ type: 'status' }, sealed, deadline));
          attempt = afterAsking(attempt);
          break;
        case 'send': {
          const result = await say(command, sealed, deadline);
          const again = isRefusal(result.outcome, 'too-late') ? afterTooLate(attempt) : undefined;
          if (again === undefined) return result;
          attempt = again;
        }
      }
    }
  };

  /** The first command: the answer to the car's challenge, with the command inside. */
  const prove = async (command: Command, deadline: Deadline): Promise<Result> => {
    const { suite, random, keyLog } = phone;
    const { grant, ownName: name = phone.name, ownFormFactor: formFactor = phone.formFactor } = car;
    // A car that took the key by its grant knows it from then on, unless it needed the slot.
    let shown = car.state === 'pending' ? grant : undefined;
    let challenge = hello;
    for (;;) {
      if (!AT_ANY_TIME.has(command.type)) deadline.checkWish();
      const introduction = shown && { grants: shown, name, formFactor };
      const response = answerChallenge(
        suite,
        random,
        car,
        challenge.bytes,
        encodeCommand(command, introduction),
        keyLog && sessionKeyObserver(keyLog),
      );
      const { handshake, tag } = response;
      const sentAt = clock.now();
      const stale = isStale(challenge.since, sentAt);
      const proof = { case: 'proof', value: { handshake, tag } } as const;
      const message = await exchange(command, proof, deadline);
      if (message.case !== 'hello') {
        const result = openResult(command, message, response.channel);
        session = response.channel;
        wordSince = sentAt;
        return result;
      }
      // Another challenge instead of a result: the car did not accept the proof. It may have to be shown
      // the grant, or the challenge was too old.
      if (shown !== grant) shown = grant;
      else if (!stale) throw notRecognised(car);
      challenge = { bytes: message.value.handshake, since: sentAt };
    }
  };

  return {
    get usable() {
      return session !== undefined && channel.failure === undefined;
    },
    ask: async (command, deadline) => {
      try {
        if (session === undefined) return await prove(command, deadline);
        if (AT_ANY_TIME.has(command.type)) return await say(command, session, deadline);
        return await act(command, session, deadline);
      } catch (error) {
        // An answer that comes late would be taken for that of the next command.
        channel.giveUp();
        throw error;
      }
    },
  };
};

/** @throws PhoneKeyError `protocol.*` */
const openResult = (command: Command, message: CarMessage, sealed: SealedChannel): Result => {
  const mayHaveSucceeded = !READ_ONLY.has(command.type);
  if (message.case !== 'sealed') {
    throw new PhoneKeyError('protocol.order', 'the car sent something other than a result', {
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
      : { hint: 'Its grant may be void: ask the owner for a new one, to the same key.' },
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
      ? 'The command had been sent and may have been carried out.'
      : error.hint;
  return new PhoneKeyError(error.code, error.message, {
    cause: error,
    mayHaveSucceeded: true,
    hint,
  });
};
