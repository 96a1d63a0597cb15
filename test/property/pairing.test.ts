import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flip } from '../../lab/flip.js';
import type { ToCar } from '../../lab/hostile-phone.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { PhonePairing } from '../../lib/native/pairing/phone.js';
import { pairingSecrets } from '../../lib/native/pairing/transcript.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { encodeToCar } from '../../lib/native/codec.js';
import { cheapSuite } from '../support/cheap-suite.js';
import { enrolmentOf } from '../support/test-car.js';
import { person } from '../unit/credentials/sample.js';
import { Machine } from '../unit/native/car/machine.js';

const KEYS = person(2);
const IDENTITY = { publicKey: KEYS.publicKey, signingKey: KEYS.signingKey, name: 'Ada' };

const openMachine = (): Machine => {
  const machine = new Machine();
  machine.host.open = true;
  machine.open();
  return machine;
};

const newPhone = (challenge: Uint8Array): PhonePairing =>
  new PhonePairing(
    cheapSuite,
    seededRandom('phone'),
    pairingSecrets('12345678', cheapSuite),
    challenge,
  );

/** A good pairing, both directions; the machine and the phone repeat it byte for byte. */
const record = () => {
  const machine = openMachine();
  const { phone } = machine;
  const toCar: Uint8Array[] = [];
  const send = (message: ToCar): void => {
    toCar.push(encodeToCar(message));
    machine.say(message);
  };
  const { challenge } = phone;
  send(phone.pairStart(machine.host.code));
  const { share, confirm } = phone.read('pairShare');
  send(phone.pairConfirm());
  const offer = phone.read('pairOffer');
  send(phone.pairCommit(KEYS, { name: 'Ada' }));
  const outcome = enrolmentOf({ slot: 0, role: 'owner' });
  machine.input({ type: 'enrolled', outcome });
  const done = phone.received.at(-2)?.message;
  if (done?.case !== 'pairDone') throw new Error('no PairDone');
  const fromCar = { share, confirm, offer, done: done.value };
  return { toCar, effects: machine.effects, challenge, fromCar };
};

const good = record();

const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('truncate' as const), at: fc.nat() }),
);

type Field = keyof typeof good.fromCar;

const apply = (bytes: Uint8Array, { kind, at }: { kind: 'flip' | 'truncate'; at: number }) =>
  kind === 'flip' ? flip(bytes, at % (bytes.length * 8)) : bytes.slice(0, at % bytes.length);

const enrols = (machine: Machine): boolean => machine.effects.some(({ type }) => type === 'enrol');

describe('pairing', () => {
  it('enrols when nothing is changed', () => {
    const machine = openMachine();
    for (const message of good.toCar) machine.receive(message);
    expect(machine.effects.find(({ type }) => type === 'enrol')).toMatchObject({ phone: IDENTITY });
    expect(good.effects.map(({ type }) => type)).toContain('enrol');
  });

  it('enrols nobody when any message to the car is changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), change, (which, how) => {
        const machine = openMachine();
        good.toCar.forEach((message, i) => {
          machine.receive(i === which ? apply(message, how) : message);
        });
        expect(enrols(machine)).toBe(false);
        expect(['refusing', 'ending', 'closed']).toContain(machine.phase);
      }),
      { numRuns: 80 },
    );
  });

  it('enrols nobody under the negative of the share, which is a point as well', () => {
    const share = good.toCar[0]?.slice() ?? new Uint8Array(0);
    const y = BigInt(`0x${Buffer.from(share.subarray(-32)).toString('hex')}`);
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
    share.set(Buffer.from((p - y).toString(16).padStart(64, '0'), 'hex'), share.length - 32);
    const machine = openMachine();
    machine.receive(share);
    expect(machine.phase).toBe('shared');
    for (const message of good.toCar.slice(1)) machine.receive(message);
    expect(enrols(machine)).toBe(false);
    expect(machine.phase).toBe('ending');
  });

  it('enrols nobody when messages are dropped, repeated or reordered', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 6 }), (order) => {
        fc.pre(order.slice(0, 3).join() !== '0,1,2');
        const machine = openMachine();
        for (const index of order) {
          machine.receive(good.toCar[index] ?? new Uint8Array(0));
          if (machine.phase === 'refusing') machine.input({ type: 'refusal-due' });
        }
        expect(enrols(machine)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('stops the phone when any message from the car is changed', () => {
    const field = fc.constantFrom<Field>('share', 'confirm', 'offer', 'done');
    fc.assert(
      fc.property(field, change, (which, how) => {
        const received = (name: Field): Uint8Array =>
          name === which ? apply(good.fromCar[name], how) : good.fromCar[name];
        const phone = newPhone(good.challenge);
        const steps = () => {
          phone.confirm(received('share'), received('confirm'));
          expect(which).toMatch(/^(offer|done)$/);
          phone.openOffer(received('offer'));
          expect(which).toBe('done');
          phone.commit(KEYS, { name: 'Ada' });
          phone.openDone(received('done'));
        };
        expect(steps).toThrow(PhoneKeyError);
      }),
      { numRuns: 10 },
    );
    const phone = newPhone(good.challenge);
    phone.confirm(good.fromCar.share, good.fromCar.confirm);
    expect(phone.openOffer(good.fromCar.offer)).toMatchObject({ name: 'Test car' });
    phone.commit(KEYS, { name: 'Ada' });
    expect(phone.openDone(good.fromCar.done)).toMatchObject({ slot: 0, role: 'owner' });
  });
});
