import { beforeEach, describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import { portableSuite as slowPortableSuite } from '../../../../lib/crypto/index.js';
import { nodeSuite as slowNodeSuite } from '../../../../lib/crypto/node.js';
import type { Enrolment } from '../../../../lib/domain/outcomes.js';
import type { HandshakeState } from '../../../../lib/noise/index.js';
import { encodePhoneIdentity } from '../../../../lib/native/codec.js';
import { CarPairing } from '../../../../lib/native/pairing/car.js';
import { PhonePairing } from '../../../../lib/native/pairing/phone.js';
import { Spake2PlusProver } from '../../../../lib/native/pairing/spake2plus.js';
import {
  ID_PROVER,
  ID_VERIFIER,
  pairingContext,
  pairingHandshake,
  pairingRegistration,
  pairingSecrets,
  signedInPairing,
} from '../../../../lib/native/pairing/transcript.js';
import { concat, utf8 } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { cheapSuite } from '../../../support/cheap-suite.js';
import { errorWith } from '../../../support/errors.js';
import { CAR, person } from '../../credentials/sample.js';

const CODE = '12345678';
const { scrypt } = cheapSuite;
const nodeSuite = { ...slowNodeSuite, scrypt };
const portableSuite = { ...slowPortableSuite, scrypt };
const challenge = new Uint8Array(32).fill(9);
const outOfOrder = errorWith('protocol.order');
const refused = errorWith('protocol.authentication');

const registration = pairingRegistration(CODE, portableSuite);
const PHONE = person(2);
const MALLORY = person(4);
const ADA = { name: 'Ada', formFactor: 'watch' } as const;
const IDENTITY = { publicKey: PHONE.publicKey, signingKey: PHONE.signingKey, ...ADA };
const WINDOW = { name: 'Car', role: 'driver' } as const;
const DONE: Enrolment = {
  slot: 4,
  role: 'driver',
  formerRole: 'guest',
  epoch: 2,
  time: 3,
  mark: 0,
  floor: 0,
};

const carPairing = (on = challenge): CarPairing =>
  new CarPairing(portableSuite, seededRandom('car'), registration, on);
const phonePairing = (code = CODE): PhonePairing =>
  new PhonePairing(nodeSuite, seededRandom('phone'), pairingSecrets(code, nodeSuite), challenge);

/** Up to the offer, which the phone has not opened. */
const offered = () => {
  const [phone, car] = [phonePairing(), carPairing()];
  const { share, confirm } = car.respond(phone.share);
  const answer = phone.confirm(share, confirm);
  car.verify(answer.confirm, answer.handshake, CAR);
  return { phone, car, answer, offer: car.offer(WINDOW) };
};

/** A phone that knows the code and does with the handshake what it wants; and the car. */
const hostile = (identity = PHONE.identity): { noise: HandshakeState; car: CarPairing } => {
  const car = carPairing();
  const prover = new Spake2PlusProver({
    ...pairingSecrets(CODE, nodeSuite),
    context: pairingContext(challenge),
    idProver: ID_PROVER,
    idVerifier: ID_VERIFIER,
    random: seededRandom('hostile'),
    suite: nodeSuite,
  });
  const { share, confirm } = car.respond(prover.share);
  const { confirmP, sharedKey } = prover.finish(share, confirm);
  const noise = pairingHandshake(nodeSuite, seededRandom('noise'), 'phone', sharedKey, identity);
  car.verify(confirmP, noise.writeMessage(new Uint8Array(0)), CAR);
  noise.readMessage(car.offer(WINDOW));
  return { noise, car };
};

/** A commit whose signature is whatever `signed` makes of it. */
const commitOf = (noise: HandshakeState, signed: Uint8Array, signer = PHONE): Uint8Array =>
  noise.writeMessage(
    encodePhoneIdentity({
      signingKey: PHONE.signingKey,
      signature: nodeSuite.ed25519Sign(signer.signing, signed),
      name: 'Ada',
    }),
  );

describe('pairing', () => {
  it('proves both identities and hands over the slot, also between two suites', () => {
    const { phone, car, answer, offer } = offered();
    expect([phone.share.length, answer.confirm.length, answer.handshake.length]).toEqual([
      65, 32, 48,
    ]);
    expect(offer).toHaveLength(96 + 7);
    expect(phone.openOffer(offer)).toEqual({ publicKey: CAR.publicKey, ...WINDOW });
    expect(car.openCommit(phone.commit(PHONE, ADA))).toEqual(IDENTITY);
    expect(phone.openDone(car.done(DONE))).toEqual(DONE);
  });

  it('tells the phone that its code is wrong, and the car that the phone did not know it', () => {
    const [phone, car] = [phonePairing('12345679'), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    const wrong = errorWith('pairing.wrong-code');
    expect(() => phone.confirm(share, confirm)).toThrow(wrong);
    expect(() => {
      car.verify(new Uint8Array(32), new Uint8Array(48), CAR);
    }).toThrow(wrong);
    expect(() => car.offer(WINDOW)).toThrow(outOfOrder);
  });

  it('works over the challenge of its own link alone', () => {
    const [phone, car] = [phonePairing(), carPairing(new Uint8Array(32).fill(8))];
    const { share, confirm } = car.respond(phone.share);
    expect(() => phone.confirm(share, confirm)).toThrow(errorWith('pairing.wrong-code'));
  });

  it('uses the key of the code only after the confirmation, which is looked at first', () => {
    const [phone, car] = [phonePairing(), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    const answer = phone.confirm(share, confirm);
    const wrong = flip(answer.confirm, 0);
    expect(() => {
      car.verify(wrong, new Uint8Array(48), CAR);
    }).toThrow(errorWith('pairing.wrong-code'));
  });

  it.each([0, 31 * 8, 47 * 8])('takes no handshake of which bit %i was changed', (bit) => {
    const [phone, car] = [phonePairing(), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    const answer = phone.confirm(share, confirm);
    expect(() => {
      car.verify(answer.confirm, flip(answer.handshake, bit), CAR);
    }).toThrow(refused);
    expect(() => car.offer(WINDOW)).toThrow(outOfOrder);
  });

  describe('out of order', () => {
    let car: CarPairing;
    beforeEach(() => {
      car = carPairing();
    });

    it('the car gives nothing before the confirmation', () => {
      car.respond(phonePairing().share);
      expect(() => car.offer(WINDOW)).toThrow(outOfOrder);
      expect(() => car.openCommit(new Uint8Array(90))).toThrow(outOfOrder);
      expect(() => car.done(DONE)).toThrow(outOfOrder);
    });

    it('the car takes no commit before its offer, and says nothing before a commit', () => {
      const { noise, car: other } = hostile();
      expect(() => other.done(DONE)).toThrow(outOfOrder);
      const phone = phonePairing();
      const { share, confirm } = car.respond(phone.share);
      const answer = phone.confirm(share, confirm);
      car.verify(answer.confirm, answer.handshake, CAR);
      expect(() => car.openCommit(new Uint8Array(90))).toThrow(outOfOrder);
      expect(noise.rs).toEqual(CAR.publicKey);
    });

    it('the car answers one share and checks one confirmation', () => {
      const phone = phonePairing();
      const verify = (confirm: Uint8Array) => () => {
        car.verify(confirm, new Uint8Array(48), CAR);
      };
      expect(verify(new Uint8Array(32))).toThrow(outOfOrder);
      const { share, confirm } = car.respond(phone.share);
      expect(() => car.respond(phone.share)).toThrow(outOfOrder);
      const right = phone.confirm(share, confirm);
      expect(verify(new Uint8Array(32))).toThrow(errorWith('pairing.wrong-code'));
      expect(verify(right.confirm)).toThrow(outOfOrder);
    });

    it('the phone gives its keys to nobody unconfirmed, and to no car that has not proved its own', () => {
      const phone = phonePairing();
      expect(() => phone.commit(PHONE, ADA)).toThrow(outOfOrder);
      expect(() => phone.openOffer(new Uint8Array(100))).toThrow(outOfOrder);
      const { phone: confirmed } = offered();
      expect(() => confirmed.commit(PHONE, ADA)).toThrow(errorWith('noise.state'));
    });
  });

  it('opens neither its own messages nor those of another place in the exchange', () => {
    const { phone, car, offer } = offered();
    expect(() => car.openCommit(offer)).toThrow(refused);
    const { phone: other } = offered();
    expect(() => other.openOffer(concat(offer.subarray(32), offer.subarray(0, 32)))).toThrow(
      refused,
    );
    expect(phone.openOffer(offer)).toMatchObject(WINDOW);
    phone.commit(PHONE, ADA);
    expect(() => phone.openDone(offer)).toThrow(refused);
  });

  it('leaves a bad name to the car, which can answer that, and nothing else of it', () => {
    const { phone, car, offer } = offered();
    phone.openOffer(offer);
    const named = car.openCommit(phone.commit(PHONE, { ...ADA, name: 'A\u001b[2J' }));
    expect(named).toEqual({ ...IDENTITY, name: undefined });
    expect(phone.openDone(car.done('name-invalid'))).toBe('name-invalid');
  });
});

/**
 * As it was, a car took whatever public keys somebody with the code named, and a phone whatever public key a
 * car named (v1 and L1 of the review of 30 November 2026).
 */
describe('a key that is only named', () => {
  it('is none of a car: without the private key its offer does not open', () => {
    const named = { publicKey: CAR.publicKey, privateKey: MALLORY.identity.privateKey };
    const [phone, car] = [phonePairing(), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    const answer = phone.confirm(share, confirm);
    car.verify(answer.confirm, answer.handshake, named);
    expect(() => phone.openOffer(car.offer(WINDOW))).toThrow(refused);
    expect(() => phone.commit(PHONE, ADA)).toThrow(errorWith('noise.state'));
  });

  it('is none of a phone: without the private key its commit does not open', () => {
    const named = { publicKey: PHONE.publicKey, privateKey: MALLORY.identity.privateKey };
    const { noise, car } = hostile(named);
    const signed = signedInPairing(noise.handshakeHash, PHONE.publicKey);
    expect(() => car.openCommit(commitOf(noise, signed))).toThrow(refused);
    expect(() => car.done(DONE)).toThrow(outOfOrder);
  });

  it('is none to sign with: the signature is by the key that is named', () => {
    const { noise, car } = hostile();
    const signed = signedInPairing(noise.handshakeHash, PHONE.publicKey);
    expect(() => car.openCommit(commitOf(noise, signed, MALLORY))).toThrow(refused);
    expect(() => car.done(DONE)).toThrow(outOfOrder);
  });

  it.each([
    ['of another run', () => signedInPairing(new Uint8Array(64), PHONE.publicKey)],
    [
      'for another X25519 key',
      ({ handshakeHash }: HandshakeState) => signedInPairing(handshakeHash, MALLORY.publicKey),
    ],
    [
      'without what it is for',
      ({ handshakeHash }: HandshakeState) => concat(handshakeHash, PHONE.publicKey),
    ],
  ])('is not proved by a signature %s', (_, signed) => {
    const { noise, car } = hostile();
    expect(() => car.openCommit(commitOf(noise, signed(noise)))).toThrow(refused);
  });

  it('is signed as the protocol says', () => {
    const { noise, car } = hostile();
    const signed = concat(utf8('phonekey v1 pairing'), noise.handshakeHash, PHONE.publicKey);
    expect(car.openCommit(commitOf(noise, signed))).toMatchObject({ publicKey: PHONE.publicKey });
  });
});
