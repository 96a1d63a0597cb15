import { generateEd25519, generateX25519 } from '../../crypto/index.js';
import { PhoneKeyError } from '../../errors.js';
import { pairingRefusalError } from '../../domain/refusals.js';
import { pairingRefusal } from '../codec.js';
import type { Enrolment } from '../codec.js';
import { PhonePairing } from '../pairing/phone.js';
import type { CarIdentity } from '../schema/gen/phonekey.js';
import type { CarChannel, CarMessage } from './car-channel.js';
import type { Deadline, PhoneEnvironment } from '../../phone/environment.js';
import { addUniquely } from '../../phone/naming.js';
import type { PairedCar } from '../../phone/store.js';

/** Pairs over an open channel: SPAKE2+ with the code, then static keys (docs/PROTOCOL.md, section 5). */
export const pairOver = async (
  environment: PhoneEnvironment,
  channel: CarChannel,
  code: string,
  deadline: Deadline,
): Promise<PairedCar> => {
  const { suite, random, store, name, formFactor } = environment;
  const { bytes: challenge } = await channel.receiveHello(deadline);
  const exchange = new PhonePairing(suite, random, code, challenge);

  await channel.send({ case: 'pairStart', value: { share: exchange.share } }, deadline);
  const share = expect('pairShare', await channel.receive(deadline));
  const confirm = exchange.confirm(share.share, share.confirm);

  await channel.send({ case: 'pairConfirm', value: { confirm } }, deadline);
  const offer = exchange.openOffer(expect('pairOffer', await channel.receive(deadline)));

  // Saved before the car enrols us: a key the car has and the phone has not would be lost.
  const { entry: pending, fresh } = await savedEntry(environment, offer);
  const { identity, signing } = pending;
  const sealed = exchange.commit({
    publicKey: identity.publicKey,
    signingKey: signing.publicKey,
    name,
    formFactor,
  });
  const done = await commit(exchange, channel, sealed, deadline);
  if (typeof done === 'string') {
    // Only what this very attempt made: an earlier one may have got through.
    if (fresh) await forget(environment, pending.name);
    throw pairingRefusalError(done);
  }
  try {
    // A grant that it had is of no matter any more.
    return await store.update(pending.name, ({ grant: _, ...now }) => {
      const car: PairedCar = { ...now, attHandle: channel.attHandle, state: 'paired', ...done };
      return { car, value: car };
    });
  } catch (cause) {
    // The key is there and works; the first command makes up for it.
    throw new PhoneKeyError(
      cause instanceof PhoneKeyError ? cause.code : 'internal',
      'the car has enrolled this phone, but slot and role could not be saved',
      { cause, mayHaveSucceeded: true },
    );
  }
};

/** Sends PairCommit and waits for PairDone: from the first byte on, the car may have enrolled us. */
const commit = async (
  exchange: PhonePairing,
  channel: CarChannel,
  sealed: Uint8Array,
  deadline: Deadline,
): Promise<Enrolment> => {
  try {
    await channel.send({ case: 'pairCommit', value: sealed }, deadline);
    return exchange.openDone(expectDone(await channel.receive(deadline)));
  } catch (error) {
    if (!(error instanceof PhoneKeyError)) throw error;
    throw new PhoneKeyError(
      error.kind === 'unreachable' ? 'car.outcome-unknown' : error.code,
      `the car did not confirm the pairing: ${error.message}`,
      {
        cause: error,
        mayHaveSucceeded: true,
        hint: 'The car may have enrolled this phone. Try key status; if it refuses, pair again.',
      },
    );
  }
};

/** What the car said counts more than an entry that stays pending. */
const forget = async ({ store, log }: PhoneEnvironment, name: string): Promise<void> => {
  await store.remove(name).catch((error: unknown) => {
    log.warn('the refused key stays, it could not be removed', { error: String(error) });
  });
};

/**
 * The entry of a car paired before keeps its keys, so that pairing again cannot lose them; only its
 * slot may be another one soon. A new car gets a new entry.
 */
const savedEntry = async (
  { suite, random, store }: PhoneEnvironment,
  offer: CarIdentity,
): Promise<{ readonly entry: PairedCar; readonly fresh: boolean }> => {
  const cars = await store.list();
  const known = cars.find((car) => suite.equal(car.carPublicKey, offer.publicKey));
  if (known !== undefined) {
    const entry = await store.update(known.name, ({ slot: _, ...car }) => ({ car, value: car }));
    return { entry, fresh: false };
  }
  const keys = {
    carPublicKey: offer.publicKey,
    identity: generateX25519(suite, random),
    signing: generateEd25519(suite, random),
    state: 'pending',
  } as const;
  return { entry: await addUniquely(store, offer.name, keys), fresh: true };
};

type ValueOf<C extends CarMessage['case']> = Extract<CarMessage, { case: C }>['value'];

const expect = <C extends NonNullable<CarMessage['case']>>(
  wanted: C,
  message: CarMessage,
): ValueOf<C> => {
  if (message.case === wanted) return message.value as ValueOf<C>;
  if (message.case === 'pairRefusal')
    throw pairingRefusalError(pairingRefusal(message.value.reason));
  throw new PhoneKeyError('protocol.order', `the car sent something else than ${wanted}`);
};

/** A PairRefusal is not sealed: after the commit, anybody could have sent it. */
const expectDone = (message: CarMessage): Uint8Array => {
  if (message.case === 'pairRefusal') {
    throw new PhoneKeyError('car.outcome-unknown', 'a refusal came that anybody could have sent');
  }
  return expect('pairDone', message);
};
