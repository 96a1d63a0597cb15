import { pairingRefusalError } from '../../domain/refusals.js';
import { PhoneKeyError } from '../../errors.js';
import type { PhoneDialect } from '../../phone/dialect.js';
import { pairingRefusal } from '../codec.js';
import { PhonePairing } from '../pairing/phone.js';
import { pairingSecrets } from '../pairing/transcript.js';
import { nativeRemote } from '../phone.js';
import { openChannel } from './channel.js';
import type { CarMessage } from './channel.js';

/** Pairs: SPAKE2+ with the code, then proof of the static keys (docs/PROTOCOL.md, section 4). */
const pair: NonNullable<PhoneDialect['pair']> = (code, phone) => {
  const { suite, random, name, formFactor } = phone;
  const secrets = pairingSecrets(code, suite);
  return async (link, deadline) => {
    const channel = await openChannel(link, phone, deadline);
    const { bytes: challenge } = await channel.receiveHello(deadline);
    const exchange = new PhonePairing(suite, random, secrets, challenge);

    await channel.send({ case: 'pairStart', value: { share: exchange.share } }, deadline);
    const share = expect('pairShare', await channel.receive(deadline));
    const confirm = exchange.confirm(share.share, share.confirm);

    await channel.send({ case: 'pairConfirm', value: confirm }, deadline);
    const offer = exchange.openOffer(expect('pairOffer', await channel.receive(deadline)));
    return {
      car: { name: offer.name, carPublicKey: offer.publicKey },
      role: offer.role,
      enrol: async (keys, left) => {
        const sealed = exchange.commit(keys, { name, formFactor });
        if (channel.failure !== undefined) throw channel.failure;
        // From the first byte on, the car may have enrolled us.
        try {
          await channel.send({ case: 'pairCommit', value: sealed }, left);
          return exchange.openDone(expectDone(await channel.receive(left)));
        } catch (error) {
          if (!(error instanceof PhoneKeyError)) throw error;
          throw new PhoneKeyError(
            error.kind === 'unreachable' ? 'car.outcome-unknown' : error.code,
            `the car did not confirm the pairing: ${error.message}`,
            {
              cause: error,
              mayHaveSucceeded: true,
              hint: 'The car may have enrolled this phone. Ask it for its status; if it refuses, pair again.',
            },
          );
        }
      },
    };
  };
};

/** The native dialect of a phone, with pairing. */
export const nativePhone: PhoneDialect = { ...nativeRemote, pair };

type ValueOf<C extends CarMessage['case']> = Extract<CarMessage, { case: C }>['value'];

const expect = <C extends NonNullable<CarMessage['case']>>(
  wanted: C,
  message: CarMessage,
): ValueOf<C> => {
  if (message.case === wanted) return message.value as ValueOf<C>;
  if (message.case === 'pairRefusal')
    throw pairingRefusalError(pairingRefusal(message.value.reason));
  throw new PhoneKeyError('protocol.order', `the car sent something other than ${wanted}`);
};

/** A PairRefusal is not sealed: after the commit, anybody could have sent it. */
const expectDone = (message: CarMessage): Uint8Array => {
  if (message.case === 'pairRefusal') {
    throw new PhoneKeyError('car.outcome-unknown', 'a refusal came that need not be from the car');
  }
  return expect('pairDone', message);
};
