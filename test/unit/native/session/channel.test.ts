import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import { portableSuite } from '../../../../lib/crypto/index.js';
import { nodeSuite } from '../../../../lib/crypto/node.js';
import { utf8 } from '../../../../lib/platform/bytes.js';
import { sample } from './sample.js';
import { errorWith } from '../../../support/errors.js';

const refused = errorWith('protocol.authentication');

describe.each([nodeSuite, portableSuite])('sealed channel ($name)', (suite) => {
  const open = (which = '') => {
    const { challenge, answer } = sample(suite);
    const { handshake, tag, channel: phone } = answer(challenge(0, which).bytes);
    const verified = challenge(0, which).verify(handshake, tag, 0);
    if (verified === undefined) throw new Error('the proof was refused');
    return { phone, car: verified.channel };
  };
  const [one, two] = [utf8('one'), utf8('two')] as const;

  it('opens messages in order, 16 bytes longer each', () => {
    const { phone, car } = open();
    for (const message of [one, two, new Uint8Array(0)]) {
      const sealed = phone.seal(message);
      expect(sealed).toHaveLength(message.length + 16);
      expect(car.open(sealed)).toEqual(message);
    }
  });

  it('seals the same text differently each time', () => {
    const { phone } = open();
    expect(phone.seal(one)).not.toEqual(phone.seal(one));
  });

  it('refuses reordered, replayed and dropped messages', () => {
    const { phone, car } = open();
    const sealed = [phone.seal(one), phone.seal(two), phone.seal(one)] as const;
    expect(() => car.open(sealed[1])).toThrow(refused);
    expect(car.open(sealed[0])).toEqual(one);
    expect(() => car.open(sealed[0])).toThrow(refused);
    expect(() => car.open(sealed[2])).toThrow(refused);
  });

  it('refuses its own messages sent back', () => {
    const { phone, car } = open();
    expect(() => phone.open(phone.seal(one))).toThrow(refused);
    expect(() => car.open(car.seal(one))).toThrow(refused);
  });

  it('refuses messages of another session of the same two', () => {
    const sealed = open('another').phone.seal(one);
    expect(() => open().car.open(sealed)).toThrow(refused);
  });

  it('refuses any flipped bit and any truncation', () => {
    const { phone, car } = open();
    const sealed = phone.seal(one);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      expect(() => car.open(flip(sealed, bit))).toThrow(refused);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => car.open(sealed.slice(0, length))).toThrow(
        expect.objectContaining({ kind: 'security' }),
      );
    }
    expect(car.open(sealed)).toEqual(one);
  });
});
