import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import type { HostilePhone } from '../../../../lab/hostile-phone.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import type { Suite } from '../../../../lib/crypto/suite.js';
import { utf8 } from '../../../../lib/platform/bytes.js';
import { keyPair, UNLOCK } from '../session/sample.js';
import { IDENTITY, startCar } from '../../../support/memory-car.js';
import { settle } from '../../../support/waiting.js';
import { MAX_FAILURES, REFUSAL_DELAY_MS } from '../../../../lib/native/car/link-state.js';
import { encodeCommand } from '../../../../lib/native/commands.js';

type Car = Awaited<ReturnType<typeof startCar>>;

const stranger = keyPair(defaultSuite, 'stranger');

/** All that a stranger, a former user or a broken phone may send instead of a right proof. */
const wrongs: Readonly<Record<string, (phone: HostilePhone, car: Car) => Promise<void>>> = {
  'an unknown key': (phone) => phone.send(phone.proof(stranger, UNLOCK)),
  'an unknown key with grants that do not hold': (phone) => {
    const introduction = { grants: new Uint8Array(115), name: 'stranger' };
    const command = encodeCommand({ type: 'unlock' }, introduction);
    return phone.send(phone.proof(stranger, command));
  },
  'a revocation list of nobody': (phone) =>
    phone.send({ case: 'revocationList', value: new Uint8Array(148) }),
  'a removed key': (phone, { host }) => {
    host.enrolled.length = 0;
    return phone.send(phone.proof(IDENTITY, UNLOCK));
  },
  'a bad tag': (phone) => {
    const { handshake, tag } = phone.answer(IDENTITY, UNLOCK);
    return phone.send({ case: 'proof', value: { handshake, tag: flip(tag, 3) } });
  },
  'a bad proof under a right tag': (phone) =>
    phone.send(phone.tagged(flip(phone.answer(IDENTITY, UNLOCK).handshake, 300))),
  'a low-order ephemeral under a right tag': (phone) =>
    phone.send(phone.tagged(new Uint8Array(98))),
  'a proof for another car': (phone) => {
    const carPublicKey = keyPair(defaultSuite, 'elsewhere').publicKey;
    return phone.send(phone.proof(IDENTITY, UNLOCK, { carPublicKey }));
  },
  'an expired proof': async (phone, { clock }) => {
    const proof = phone.proof(IDENTITY, UNLOCK);
    await clock.advance(5_000);
    await phone.send(proof);
  },
  'junk bytes': (phone) => phone.sendBytes(utf8('open sesame')),
  'a proof that is too short': (phone) =>
    phone.send({
      case: 'proof',
      value: { handshake: new Uint8Array(95), tag: new Uint8Array(16) },
    }),
  'an empty message of the oneof': (phone) => phone.sendBytes(Uint8Array.of(0x0a, 0)),
  'a sealed command': (phone) => phone.send({ case: 'sealed', value: new Uint8Array(18) }),
  'a PairConfirm': (phone) =>
    phone.send({
      case: 'pairConfirm',
      value: { confirm: new Uint8Array(32), handshake: new Uint8Array(48) },
    }),
  'a PairCommit': (phone) => phone.send({ case: 'pairCommit', value: new Uint8Array(90) }),
};

describe('a car refuses', () => {
  it.each(Object.entries(wrongs))(
    '%s with a new challenge after exactly the same time',
    async (_, send) => {
      const car = await startCar();
      const phone = await car.connect();
      const first = phone.challenge;
      await send(phone, car);
      const arrivedAt = car.clock.now();
      await car.clock.advance(REFUSAL_DELAY_MS - 1);
      expect(phone.received).toHaveLength(1);
      await car.clock.advance(1);
      const [hello, again, ...more] = phone.received;
      expect(again).toMatchObject({
        at: arrivedAt + REFUSAL_DELAY_MS,
        message: { case: 'hello' },
      });
      expect(again?.bytes).toHaveLength(hello?.bytes.length ?? 0);
      expect(more).toEqual([]);
      expect(phone.challenge).not.toEqual(first);
      expect(phone.closedAt).toBeUndefined();
      expect(car.host.executed).toEqual([]);
      expect(car.events.map(({ type }) => type)).toEqual(['link-opened', 'refused']);
      await car.endpoint.stop();
    },
  );

  it('after the same time however long the checking took', async () => {
    // Each Diffie-Hellman takes 20 ms on this car, and the bad proof costs some.
    let spent = 0;
    const slow: Suite = {
      ...defaultSuite,
      x25519: (pair, publicKey) => {
        spent += 20;
        return defaultSuite.x25519(pair, publicKey);
      },
    };
    const delays: number[] = [];
    const car = await startCar({
      suite: slow,
      carClock: (clock) => ({
        now: () => clock.now() + spent,
        after: (ms, fn) => {
          if (ms <= REFUSAL_DELAY_MS) delays.push(ms + spent);
          return clock.after(ms, fn);
        },
      }),
    });
    for (const name of ['an unknown key', 'a bad tag', 'junk bytes'] as const) {
      const phone = await car.connect();
      spent = 0;
      await wrongs[name]?.(phone, car);
      expect(spent).toBe(name === 'an unknown key' ? 60 : 0);
    }
    expect(delays).toEqual([REFUSAL_DELAY_MS, REFUSAL_DELAY_MS, REFUSAL_DELAY_MS]);
    await car.endpoint.stop();
  });

  it('with a challenge of its own each time, and closes after the fifth', async () => {
    const car = await startCar();
    const phone = await car.connect();
    for (let failure = 1; failure <= MAX_FAILURES; failure++) {
      await phone.send(phone.proof(stranger, UNLOCK));
      await car.clock.advance(REFUSAL_DELAY_MS);
    }
    const challenges = phone.received.map(({ message }) =>
      message.case === 'hello'
        ? Buffer.from(message.value.handshake).toString('hex')
        : message.case,
    );
    expect(MAX_FAILURES).toBe(5);
    expect(new Set(challenges).size).toBe(MAX_FAILURES);
    await settle(car.clock);
    expect(phone.closedAt).toBe(MAX_FAILURES * REFUSAL_DELAY_MS);
    expect(car.clock.pending).toBe(1); // the rotation of the advertisement
    await car.endpoint.stop();
  });

  it.each(['junk bytes', 'a sealed command', 'a bad tag'])(
    'and does not listen while it waits, to %s',
    async (name) => {
      const car = await startCar();
      const phone = await car.connect();
      const right = phone.proof(IDENTITY, UNLOCK);
      await phone.send(phone.proof(stranger, UNLOCK));
      await car.clock.advance(100);
      await wrongs[name]?.(phone, car);
      await phone.send(right);
      await car.clock.advance(REFUSAL_DELAY_MS);
      expect(phone.received.map(({ at }) => at)).toEqual([0, REFUSAL_DELAY_MS]);
      expect(phone.closedAt).toBeUndefined();
      expect(car.host.executed).toEqual([]);
      await car.endpoint.stop();
    },
  );

  it('and still lets the right phone in on the same link', async () => {
    const car = await startCar();
    const phone = await car.connect();
    await phone.send(phone.proof(stranger, UNLOCK));
    await car.clock.advance(REFUSAL_DELAY_MS);
    await phone.send(phone.proof(IDENTITY, UNLOCK));
    expect(phone.last.case).toBe('sealed');
    expect(car.host.executed).toEqual(['unlock']);
    await car.endpoint.stop();
  });

  it('the recorded proof of a good session on every later link', async () => {
    const car = await startCar();
    const phone = await car.connect();
    const proof = phone.proof(IDENTITY, UNLOCK);
    await phone.send(proof);
    expect(car.host.executed).toEqual(['unlock']);
    const thief = await car.connect();
    await thief.send(proof);
    await car.clock.advance(REFUSAL_DELAY_MS);
    expect(thief.last.case).toBe('hello');
    expect(car.host.executed).toEqual(['unlock']);
    await car.endpoint.stop();
  });
});
