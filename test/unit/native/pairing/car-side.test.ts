import { PAIRING_MS } from '../../../../lib/car/host.js';
import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import type { HostilePhone } from '../../../../lab/hostile-phone.js';
import type { SimClock } from '../../../../lib/platform/sim-clock.js';
import { PairRefusalReason } from '../../../../lib/native/schema/gen/phonekey.js';
import { IDENTITY, startCar } from '../../../support/memory-car.js';
import { deferred, settle } from '../../../support/waiting.js';
import { person } from '../../credentials/sample.js';
import { UNLOCK } from '../session/sample.js';
import { LAST_WORD_MS, REFUSAL_DELAY_MS } from '../../../../lib/native/car/link-state.js';

const PHONE_KEYS = person(2);

const start = async () => {
  const car = await startCar();
  car.host.enrolled.length = 0;
  car.host.open = true;
  return { ...car, phone: await car.connect() };
};

/** The refusal was the last word; the link closes a moment later. */
const ended = async (phone: HostilePhone, clock: SimClock): Promise<void> => {
  expect(phone.closedAt).toBeUndefined();
  await clock.advance(LAST_WORD_MS);
  await settle(clock);
  expect(phone.closedAt).toBe(LAST_WORD_MS);
};

const CODE = '12345678';

/** Up to the PairOffer. */
const offered = async (phone: HostilePhone): Promise<void> => {
  await phone.send(phone.pairStart(CODE));
  await phone.send(phone.pairConfirm());
};

describe('the car, pairing', () => {
  it('shows its share only once the try is counted durably', async () => {
    const { clock, host, phone, endpoint } = await start();
    const counted = deferred<boolean>();
    host.pairing.countTry = () => counted.promise;
    await phone.send(phone.pairStart(CODE));
    await clock.advance(5_000);
    expect(phone.last.case).toBe('hello');
    counted.resolve(true);
    await settle(clock);
    expect(phone.last.case).toBe('pairShare');
    await endpoint.stop();
  });

  it.each([
    ['says no', PairRefusalReason.CLOSED, () => Promise.resolve(false)],
    ['fails', PairRefusalReason.FAULT, () => Promise.reject(new Error('disk full'))],
    [
      'throws',
      PairRefusalReason.FAULT,
      () => {
        throw new Error('bug');
      },
    ],
  ])('shows nothing when counting the try %s', async (_, reason, countTry) => {
    const { clock, host, phone, endpoint } = await start();
    host.pairing.countTry = countTry;
    await phone.send(phone.pairStart(CODE));
    await settle(clock);
    expect(phone.read('pairRefusal').reason).toBe(reason);
    await ended(phone, clock);
    expect(phone.received).toHaveLength(2);
    await endpoint.stop();
  });

  it('counts a try with a share that is no point, and refuses it', async () => {
    const { clock, host, phone, endpoint } = await start();
    await phone.send({ case: 'pairStart', value: { share: new Uint8Array(65).fill(4) } });
    await settle(clock);
    expect(host.tries).toBe(1);
    expect(phone.read('pairRefusal').reason).toBe(PairRefusalReason.FAILED);
    await endpoint.stop();
  });

  it('enrols only once, with what the phone sent, and challenges anew', async () => {
    const { clock, host, phone, endpoint } = await start();
    const before = phone.challenge;
    await offered(phone);
    expect(host.enrolled).toEqual([]);
    await phone.send(phone.pairCommit({ ...PHONE_KEYS, identity: IDENTITY }, { name: 'Ada' }));
    expect(phone.received.map(({ message }) => message.case)).toEqual([
      'hello',
      'pairShare',
      'pairOffer',
      'pairDone',
      'hello',
    ]);
    expect(host.enrolled).toMatchObject([{ publicKey: IDENTITY.publicKey, name: 'Ada' }]);
    expect(phone.challenge).not.toEqual(before);
    await phone.send(phone.proof(IDENTITY, UNLOCK));
    expect(host.executed).toEqual(['unlock']);
    await clock.advance(0);
    await endpoint.stop();
  });

  it('finishes an enrolment that is under way, however long it takes and whatever comes', async () => {
    const { clock, host, phone, endpoint } = await start();
    await offered(phone);
    const enrolled = deferred<undefined>();
    const { enrol } = host.pairing;
    host.pairing.enrol = async (window, identity) => {
      await enrolled.promise;
      return enrol(window, identity);
    };
    await phone.send(phone.pairCommit(PHONE_KEYS));
    await phone.send({ case: 'sealed', value: new Uint8Array(18) });
    await clock.advance(2 * PAIRING_MS);
    enrolled.resolve(undefined);
    await settle(clock);
    expect(phone.received.map(({ message }) => message.case).slice(3)).toEqual([
      'pairDone',
      'hello',
    ]);
    expect(host.enrolled).toMatchObject([{ publicKey: PHONE_KEYS.publicKey }]);
    await endpoint.stop();
  });

  it('answers a wrong confirmation without telling its identity', async () => {
    const { clock, host, phone, endpoint } = await start();
    await phone.send(phone.pairStart(CODE));
    const right = phone.pairConfirm();
    const confirm = flip(right.value.confirm, 255);
    await phone.send({ case: 'pairConfirm', value: { ...right.value, confirm } });
    expect(phone.read('pairRefusal').reason).toBe(PairRefusalReason.FAILED);
    await phone.send(right);
    await ended(phone, clock);
    expect(phone.last.case).toBe('pairRefusal');
    expect(host.enrolled).toEqual([]);
    await endpoint.stop();
  });

  it('refuses a replayed pairing on another link', async () => {
    const { host, phone, connect, endpoint } = await start();
    const pairStart = phone.pairStart(CODE);
    await phone.send(pairStart);
    const pairConfirm = phone.pairConfirm();
    await phone.send(pairConfirm);
    const pairCommit = phone.pairCommit(PHONE_KEYS);
    const thief = await connect();
    await thief.send(pairStart);
    await thief.send(pairConfirm);
    expect(thief.read('pairRefusal').reason).toBe(PairRefusalReason.FAILED);
    const other = await connect();
    await other.send(pairCommit);
    expect(other.last.case).toBe('hello');
    expect(host.enrolled).toEqual([]);
    await endpoint.stop();
  });

  it.each([
    ['the window closed meanwhile', 'closed'],
    ['no slot is free', 'slots-full'],
    ['the memory failed', 'fault'],
  ])('enrols nobody when %s, and says so under the seal', async (why, reason) => {
    const { clock, host, phone, endpoint } = await start();
    await offered(phone);
    if (why === 'the window closed meanwhile') host.open = false;
    if (why === 'no slot is free') host.slots = 0;
    if (why === 'the memory failed') {
      host.pairing.enrol = () => Promise.reject(new Error('disk full'));
    }
    await phone.send(phone.pairCommit(PHONE_KEYS));
    await settle(clock);
    expect(phone.last.case).toBe('pairDone');
    expect(phone.pairDone()).toBe(reason);
    await ended(phone, clock);
    expect(host.enrolled).toEqual([]);
    await endpoint.stop();
  });

  it('refuses at once, and asks nobody, while no window is open', async () => {
    const { clock, host, phone, endpoint } = await start();
    host.open = false;
    await phone.send(phone.pairStart(CODE));
    await settle(clock);
    expect(phone.read('pairRefusal').reason).toBe(PairRefusalReason.CLOSED);
    expect(host.tries).toBe(0);
    await endpoint.stop();
  });

  it.each([
    [
      'a proof',
      { case: 'proof', value: { handshake: new Uint8Array(98), tag: new Uint8Array(16) } },
    ],
    ['a PairCommit', { case: 'pairCommit', value: new Uint8Array(90) }],
    ['a second PairStart', { case: 'pairStart', value: { share: new Uint8Array(65) } }],
  ] as const)('closes on %s in place of the PairConfirm', async (_, message) => {
    const { clock, host, phone, endpoint } = await start();
    await phone.send(phone.pairStart(CODE));
    await phone.send(message);
    await clock.advance(REFUSAL_DELAY_MS);
    expect(phone.last.case).toBe('pairShare');
    expect(phone.closedAt).toBe(0);
    expect(host.tries).toBe(1);
    await endpoint.stop();
  });

  it('does not answer a share when the phone went on before the try was counted', async () => {
    const { clock, host, phone, endpoint } = await start();
    const counted = deferred<boolean>();
    host.pairing.countTry = () => counted.promise;
    await phone.send(phone.pairStart(CODE));
    await phone.send({
      case: 'pairConfirm',
      value: { confirm: new Uint8Array(32), handshake: new Uint8Array(48) },
    });
    counted.resolve(true);
    await settle(clock);
    expect(phone.received).toHaveLength(1);
    expect(phone.closedAt).toBe(0);
    await endpoint.stop();
  });
});
