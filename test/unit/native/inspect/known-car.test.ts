import { describe, expect, it } from '@jest/globals';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { inspectAdvertisement } from '../../../../lib/native/inspect/index.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { advertisementKey, encodeAdvertisement } from '../../../../lib/native/advertisement.js';
import { CAR, KNOWN, PHONE } from './setup.js';

describe('the advertisement of a car', () => {
  const key = advertisementKey(defaultSuite, CAR.publicKey);
  const advertise = (pairing: boolean): Uint8Array =>
    encodeAdvertisement(defaultSuite, key, pairing, seededRandom('nonce'));
  const other = { name: 'Other', publicKey: PHONE.publicKey };

  it('says which known car it is, and whether it waits for a phone', () => {
    const cars = [other, KNOWN];
    expect(inspectAdvertisement(advertise(false), cars)).toEqual({ pairing: false, car: 'My car' });
    expect(inspectAdvertisement(advertise(true), cars)).toEqual({ pairing: true, car: 'My car' });
  });

  it('is a stranger to others', () => {
    expect(inspectAdvertisement(advertise(true), [other])).toEqual({ pairing: true, car: null });
    expect(inspectAdvertisement(advertise(false), [])).toEqual({ pairing: false, car: null });
  });

  it('has 9 bytes and no flag that nobody knows', () => {
    expect(inspectAdvertisement(advertise(false).subarray(1), [KNOWN])).toBeUndefined();
    const strange = advertise(false);
    strange[0] = 2;
    expect(inspectAdvertisement(strange, [KNOWN])).toBeUndefined();
  });
});
