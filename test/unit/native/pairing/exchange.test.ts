import { beforeEach, describe, expect, it } from '@jest/globals';
import { portableSuite } from '../../../../lib/crypto/index.js';
import { nodeSuite } from '../../../../lib/crypto/node.js';
import { CarPairing } from '../../../../lib/native/pairing/car.js';
import { pairingRegistration } from '../../../../lib/native/pairing/transcript.js';
import { PhonePairing } from '../../../../lib/native/pairing/phone.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { errorWith } from '../../../support/errors.js';

const CODE = '12345678';
const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const challenge = key(9);
const outOfOrder = errorWith('protocol.order');

const registration = pairingRegistration(CODE, portableSuite);

const carPairing = (on = challenge): CarPairing =>
  new CarPairing(portableSuite, seededRandom('car'), registration, on);
const phonePairing = (code = CODE): PhonePairing =>
  new PhonePairing(nodeSuite, seededRandom('phone'), code, challenge);

describe('pairing', () => {
  it('hands over both identities and the slot, also between two suites', () => {
    const [phone, car] = [phonePairing(), carPairing()];
    expect(phone.share).toHaveLength(65);
    const { share, confirm } = car.respond(phone.share);
    expect([share.length, confirm.length]).toEqual([65, 32]);
    car.verify(phone.confirm(share, confirm));
    expect(phone.openOffer(car.offer(key(1), 'Car'))).toMatchObject({
      publicKey: key(1),
      name: 'Car',
    });
    const keys = { publicKey: key(2), signingKey: key(3), name: 'Ada' };
    expect(car.openCommit(phone.commit(keys))).toMatchObject(keys);
    expect(phone.openDone(car.done({ slot: 4, role: 'driver' }))).toMatchObject({
      slot: 4,
      role: 'driver',
    });
  });

  it('tells the phone that its code is wrong, and the car that the phone did not know it', () => {
    const [phone, car] = [phonePairing('12345679'), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    const wrong = errorWith('pairing.wrong-code');
    expect(() => phone.confirm(share, confirm)).toThrow(wrong);
    expect(() => {
      car.verify(new Uint8Array(32));
    }).toThrow(wrong);
    expect(() => car.offer(key(1), 'Car')).toThrow(outOfOrder);
  });

  it('works over the challenge of its own link alone', () => {
    const [phone, car] = [phonePairing(), carPairing(key(8))];
    const { share, confirm } = car.respond(phone.share);
    expect(() => phone.confirm(share, confirm)).toThrow(errorWith('pairing.wrong-code'));
  });

  describe('out of order', () => {
    let car: CarPairing;
    beforeEach(() => {
      car = carPairing();
    });

    it('the car gives nothing before the confirmation', () => {
      car.respond(phonePairing().share);
      expect(() => car.offer(key(1), 'Car')).toThrow(outOfOrder);
      expect(() => car.openCommit(new Uint8Array(90))).toThrow(outOfOrder);
      expect(() => car.done({ slot: 0, role: 'owner' })).toThrow(outOfOrder);
    });

    it('the car answers one share and checks one confirmation', () => {
      const phone = phonePairing();
      expect(() => {
        car.verify(key(0));
      }).toThrow(outOfOrder);
      const { share, confirm } = car.respond(phone.share);
      expect(() => car.respond(phone.share)).toThrow(outOfOrder);
      const confirmation = phone.confirm(share, confirm);
      expect(() => {
        car.verify(key(0));
      }).toThrow(errorWith('pairing.wrong-code'));
      expect(() => {
        car.verify(confirmation);
      }).toThrow(outOfOrder);
    });

    it('the phone gives its keys to nobody unconfirmed', () => {
      const phone = phonePairing();
      const keys = { publicKey: key(2), signingKey: key(3), name: 'Ada' };
      expect(() => phone.commit(keys)).toThrow(outOfOrder);
      expect(() => phone.openOffer(new Uint8Array(60))).toThrow(outOfOrder);
    });
  });

  it('opens neither its own messages nor those of another place in the exchange', () => {
    const [phone, car] = [phonePairing(), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    car.verify(phone.confirm(share, confirm));
    const refused = errorWith('protocol.authentication');
    const offer = car.offer(key(1), 'Car');
    expect(() => car.openCommit(offer)).toThrow(refused);
    const done = car.done({ slot: 0, role: 'owner' });
    expect(() => phone.openOffer(done)).toThrow(refused);
    expect(phone.openOffer(offer)).toMatchObject({ name: 'Car' });
    expect(() => phone.openDone(offer)).toThrow(refused);
  });

  it('refuses identities that are sealed rightly and wrong inside', () => {
    const malformed = errorWith('protocol.malformed');
    const [phone, car] = [phonePairing(), carPairing()];
    const { share, confirm } = car.respond(phone.share);
    car.verify(phone.confirm(share, confirm));
    expect(() => phone.openOffer(car.offer(key(1).slice(1), 'Car'))).toThrow(malformed);
    const keys = { publicKey: key(2), signingKey: key(3), name: 'A\u001b[2J' };
    expect(() => car.openCommit(phone.commit(keys))).toThrow(malformed);
  });
});
